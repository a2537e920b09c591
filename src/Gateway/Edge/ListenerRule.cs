using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Edge;

/// <summary>
/// Checks Kestrel's section: Kestrel would report the first wrong thing only, and only when it
/// binds, and takes some slips for something else.
/// </summary>
internal sealed class ListenerRule(ConfigurationLayers layers) : IConfigurationRule
{
    private const string NotAnAddress = "is not an address to listen on; allowed is http:// or https://, a host or *, and a port from 0 to 65535.";

    public void Check(IConfiguration configuration, FaultList faults)
    {
        var kestrel = configuration.GetSection("Kestrel");
        var endpoints = kestrel.GetSection("Endpoints").GetChildren().ToList();
        var hasDefault = kestrel.GetSection("Certificates:Default").Exists();
        foreach (var endpoint in endpoints)
        {
            CheckUrl($"{endpoint.Path}:Url", endpoint["Url"], faults);
            CheckFiles(endpoint.GetSection("Certificate"), faults);
            foreach (var name in endpoint.GetSection("Sni").GetChildren())
                CheckFiles(name.GetSection("Certificate"), faults);
            EndpointRule.Check(endpoint, faults);
            if (!hasDefault && endpoint["Url"] is { } url && url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
                && !endpoint.GetSection("Certificate").Exists() && !endpoint.GetSection("Sni").Exists())
            {
                faults.Add($"{endpoint.Path}:Certificate", "is missing; an https endpoint has a certificate of its own or that of Kestrel:Certificates:Default.");
            }
        }
        EndpointRule.CheckTogether(endpoints, faults);
        var effective = configuration.AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);
        var standIns = Listeners.NamesTraffic(effective) ? [] : ListenUrls.InRank(effective);
        foreach (var url in standIns)
            CheckStandIn(url, hasDefault, faults);
        if (standIns.Count == 0 && endpoints.Count > 0 && endpoints.TrueForAll(endpoint => endpoint.Key.Equals(Listeners.ManagementName, StringComparison.OrdinalIgnoreCase)))
            faults.Add("Kestrel:Endpoints", "has no endpoint for traffic; \"Http\": { \"Url\": \"http://*:8080\" } adds one.");
        foreach (var certificate in kestrel.GetSection("Certificates").GetChildren())
            CheckFiles(certificate, faults);
        CheckLimits(kestrel.GetSection("Limits"), faults);
    }

    private static void CheckUrl(string path, string? url, FaultList faults)
    {
        if (string.IsNullOrEmpty(url))
        {
            faults.Add(path, "is missing; an endpoint has an address such as http://*:8080.");
            return;
        }
        if (!IsAddress(url))
            faults.Add(path, url, NotAnAddress);
    }

    private static void CheckStandIn(ListenUrl url, bool hasCertificate, FaultList faults)
    {
        if (!IsAddress(url.Url))
            faults.Add(url.Path, url.Said, url.Said == url.Url ? NotAnAddress : "is not a port to listen on; allowed is 0 to 65535.");
        else if (!hasCertificate && url.Url.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            faults.Add(url.Path, url.Said, "asks for https without a certificate; Kestrel:Certificates:Default names one.");
    }

    private static bool IsAddress(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.PathBase.Length == 0 && IsHost(address.Host)
                && address.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // A port that is no number is taken for a part of the host's name, and an unknown name for every address.
    private static bool IsHost(string host) => host.StartsWith('[') ? IPAddress.TryParse(host, out _) && host.EndsWith(']')
        : !host.Contains(':', StringComparison.Ordinal);

    private void CheckFiles(IConfigurationSection certificate, FaultList faults)
    {
        foreach (var key in (ReadOnlySpan<string>)["Path", "KeyPath"])
        {
            if (PathOf(certificate, key) is { } file && !File.Exists(file))
                faults.Add($"{certificate.Path}:{key}", certificate[key], "is not there or cannot be read.");
        }
        if (PathOf(certificate, "Path") is { } path && !faults.AnyBelow(certificate.Path) && WhyNotLoaded(path, PathOf(certificate, "KeyPath"), certificate["Password"]) is { } reason)
            faults.Add($"{certificate.Path}:Path", certificate["Path"], $"cannot be loaded: {reason}");
    }

    private string? PathOf(IConfigurationSection certificate, string key) =>
        certificate[key] is { Length: > 0 } file ? Path.Combine(Path.GetDirectoryName(layers.File)!, file) : null;

    // As Kestrel loads it, a moment before Kestrel does: when it fails there, the old endpoint is closed already.
    private static string? WhyNotLoaded(string path, string? keyPath, string? password)
    {
        try
        {
            if (keyPath is not null)
                (password is null ? X509Certificate2.CreateFromPemFile(path, keyPath) : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath)).Dispose();
            else if (X509Certificate2.GetCertContentType(path) != X509ContentType.Pkcs12)
                return "it has no private key; KeyPath names the file of that.";
            else
                return WhyWithoutKey(X509CertificateLoader.LoadPkcs12FromFile(path, password));
            return null;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private static string? WhyWithoutKey(X509Certificate2 certificate)
    {
        using (certificate)
            return certificate.HasPrivateKey ? null : "it has no private key.";
    }

    // One limit at a time, as each would be set: so the one that is wrong can be named.
    private static void CheckLimits(IConfigurationSection limits, FaultList faults)
    {
        KestrelBodyRates.Check(limits, faults);
        foreach (var (key, value) in limits.AsEnumerable().Where(pair => pair.Value is not null && !KestrelBodyRates.Owns(pair.Key[(limits.Path.Length + 1)..])))
        {
            var one = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();
            try
            {
                one.GetSection("Kestrel").Bind(new KestrelServerOptions());
            }
            catch (Exception error) when (error is InvalidOperationException or ArgumentException or TargetInvocationException)
            {
                faults.Add(key, value, $"is not allowed: {(error.InnerException ?? error).Message}");
            }
        }
    }
}
