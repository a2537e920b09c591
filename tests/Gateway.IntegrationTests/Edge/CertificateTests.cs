using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Edge;

/// <summary>TLS at the edge: endpoints and certificates come and change while the gateway runs.</summary>
public sealed class CertificateTests : IDisposable
{
    private const string Endpoint = "Kestrel:Endpoints:Secure";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-certificates-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Certificate_AddedAndChangedByASave_IsServed()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        var port = FreePort();
        GatewayConfig Secured(string name) => GatewayConfig.To(backend.Address).Set($"{Endpoint}:Url", $"https://127.0.0.1:{port}")
            .Set($"{Endpoint}:Certificate:Path", Pfx(name)).Set($"{Endpoint}:Certificate:Password", "right");

        gateway.Save(Secured("first").ToString());
        await Eventually.TrueAsync(async () => await ServedByAsync(port) == "CN=first", "the first certificate");

        gateway.Save(Secured("second").ToString());
        await Eventually.TrueAsync(async () => await ServedByAsync(port) == "CN=second", "the second certificate");

        gateway.Save(GatewayConfig.To(backend.Address).ToString());
        await Eventually.TrueAsync(async () => await ServedByAsync(port) is null, "an endpoint that is closed");
        Assert.Equal("ok", await gateway.GetTextAsync("/"));
    }

    [Fact]
    public async Task Certificate_ThatCannotBeLoaded_RejectsTheSave()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        var path = Pfx("a");

        gateway.Save(new GatewayConfig().Set($"{Endpoint}:Url", $"https://127.0.0.1:{FreePort()}")
            .Set($"{Endpoint}:Certificate:Path", path).Set($"{Endpoint}:Certificate:Password", "wrong").ToString());

        await gateway.Logs.WaitForAsync($"{Endpoint}:Certificate:Path: '{path}' cannot be loaded: ");
        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificate_RenewedInItsPlace_IsServedWithoutASave()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var port = FreePort();
        var path = Pfx("first");
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set($"{Endpoint}:Url", $"https://127.0.0.1:{port}")
            .Set($"{Endpoint}:Certificate:Path", path).Set($"{Endpoint}:Certificate:Password", "right"));
        Assert.Equal("CN=first", await ServedByAsync(port));

        File.Copy(Pfx("second"), path, overwrite: true);

        await Eventually.TrueAsync(async () => await ServedByAsync(port) == "CN=second", "the renewed certificate");
    }

    [Fact]
    public async Task Expiry_OfAnEndpointsCertificate_IsMeasuredAndFollowsSavesAndFilesRenewedInPlace()
    {
        var (soon, later) = (new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 6, 1, 0, 0, 0, TimeSpan.Zero));
        GatewayConfig Secured(string name) => new GatewayConfig().Set($"{Endpoint}:Url", "https://127.0.0.1:0")
            .Set($"{Endpoint}:Certificate:Path", Path.Combine(_folder.FullName, $"{name}.pfx")).Set($"{Endpoint}:Certificate:Password", "right");
        Pfx("first", soon);
        Pfx("second", later);
        await using var gateway = await GatewayFactory.StartAsync(Secured("first"));
        async Task<double> Measured() => (await gateway.ScrapeAsync()).Value("gateway_certificate_expiry_timestamp_seconds", ("endpoint", "Secure"));

        Assert.Equal(soon.ToUnixTimeSeconds(), await Measured());

        gateway.Save(Secured("second").ToString());
        await Eventually.TrueAsync(async () => await Measured() == later.ToUnixTimeSeconds(), "the second certificate");

        Pfx("second", soon);
        await Eventually.TrueAsync(async () => await Measured() == soon.ToUnixTimeSeconds(), "the renewed certificate");

        gateway.Save(new GatewayConfig().ToString());
        await Eventually.TrueAsync(async () => (await gateway.ScrapeAsync()).Find("gateway_certificate_expiry_timestamp_seconds").Count == 0, "no certificate");
    }

    private string Pfx(string name) => Pfx(name, DateTimeOffset.UtcNow.AddDays(1));

    private string Pfx(string name, DateTimeOffset notAfter)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), notAfter);
        var path = Path.Combine(_folder.FullName, $"{name}.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, "right"));
        return path;
    }

    // The subject of the certificate that answers; null when nothing does.
    private static async Task<string?> ServedByAsync(int port)
    {
        string? subject = null;
        using var handler = new SocketsHttpHandler { UseProxy = false };
#pragma warning disable CA5359 // The test looks at the certificate itself.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            subject = certificate!.Subject;
            return true;
        };
#pragma warning restore CA5359
        using var client = new HttpClient(handler);
        try
        {
            Assert.Equal("ok", await client.GetStringAsync($"https://127.0.0.1:{port}/", Bounds.Token));
            return subject;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
