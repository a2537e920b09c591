using Gateway.Configuration;
using Gateway.Refusals;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Gateway.Edge;

/// <summary>The proxies in front of the gateway that are believed, as configured now.</summary>
internal sealed class TrustedProxies : IConfigurationListener
{
    private volatile ForwardedHeadersSettings _settings = new();

    public ForwardedHeadersSettings Settings => _settings;

    // ASP.NET Core's middleware would believe everybody where nobody is listed.
    public static bool AreNone(ForwardedHeadersSettings settings) => settings.KnownProxies.Count == 0 && settings.KnownNetworks.Count == 0;

    public void Apply(Snapshot snapshot) => _settings = snapshot.Get(ForwardedHeadersSettings.Section)!;
}

/// <summary>Finds out who the client is, by ASP.NET Core's forwarded headers middleware, made anew whenever the configuration changes.</summary>
internal sealed class ClientAddressMiddleware(RequestDelegate next, TrustedProxies proxies, ILoggerFactory loggers)
{
    private static readonly string[] Originals =
        [ForwardedHeadersDefaults.XOriginalForHeaderName, ForwardedHeadersDefaults.XOriginalHostHeaderName, ForwardedHeadersDefaults.XOriginalProtoHeaderName];

    private volatile Made? _made;

    private sealed record Made(ForwardedHeadersSettings Settings, ForwardedHeadersMiddleware? Middleware);

    public Task InvokeAsync(HttpContext context)
    {
        var settings = proxies.Settings;
        var made = _made;
        if (made is null || !ReferenceEquals(made.Settings, settings))
            _made = made = new(settings, TrustedProxies.AreNone(settings) ? null : Make(settings));
        // The middleware takes it away before it finds that it is none.
        var forwarded = context.Request.Headers[ForwardedHeadersDefaults.XForwardedHostHeaderName];
        try
        {
            return made.Middleware?.Invoke(context) ?? next(context);
        }
        catch (ArgumentException) when (!AreHosts(forwarded))
        {
            return RefusalWriter.WriteAsync(context, RequestRefusal.Malformed);
        }
    }

    // What a client made up, a proxy in front may pass on; the middleware takes it for a host without a look.
    private static bool AreHosts(StringValues forwarded)
    {
        try
        {
            foreach (var host in forwarded.ToString().Split(',', StringSplitOptions.TrimEntries))
                _ = HostString.FromUriComponent(host);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private ForwardedHeadersMiddleware Make(ForwardedHeadersSettings settings)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All & ~ForwardedHeaders.XForwardedPrefix, ForwardLimit = settings.ForwardLimit };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in settings.KnownProxies)
            options.KnownProxies.Add(proxy);
        foreach (var network in settings.KnownNetworks)
            options.KnownIPNetworks.Add(network);
        return new ForwardedHeadersMiddleware(WithoutOriginals, loggers, Options.Create(options));
    }

    // What the middleware set aside would tell backends the addresses of the proxies in front.
    private Task WithoutOriginals(HttpContext context)
    {
        foreach (var header in Originals)
            context.Request.Headers.Remove(header);
        return next(context);
    }
}
