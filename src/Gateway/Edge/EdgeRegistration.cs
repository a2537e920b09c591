using System.Diagnostics;
using System.Text;
using Gateway.Configuration;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gateway.Edge;

internal static class EdgeRegistration
{
    /// <summary>Kestrel on the traffic endpoints, and who the client is.</summary>
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder, PublishedConfiguration published)
    {
        var endpoints = published.View(Listeners.OfTraffic);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        // One wait less for each request; an idle connection holds a buffer of 4 KiB for it.
        builder.Services.Configure<SocketTransportOptions>(static options => options.WaitForDataBeforeAllocatingBuffer = false);
        builder.Services.AddListener<ListenSockets>();
        builder.Services.AddSettings(ListenSettings.Section);
        builder.Services.AddOptions<SocketTransportOptions>().Configure<ListenSockets>(static (options, sockets) => options.CreateBoundListenSocket = sockets.Bind);
        var kestrel = builder.Configuration.GetSection("Kestrel");
        // Backends, and routes where they say so, know how much they take.
        builder.Services.Configure<KestrelServerOptions>(static options => options.Limits.MaxRequestBodySize = null);
        builder.Services.Configure<KestrelServerOptions>(kestrel);
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.RequestHeaderEncodingSelector = EncodingOf;
            options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            KestrelBodyRates.Apply(options.Limits, kestrel.GetSection("Limits"));
            options.Configure(endpoints.GetSection("Kestrel"), reloadOnChange: true);
        });
        builder.Services.AddSingleton<IReloadRule, ListenerReloadRule>();
        builder.Services.AddOpenSection<KestrelShape>("Kestrel");
        builder.Services.AddSettings(BoundsSettings.Section);
        builder.Services.AddListener<SlowBodies>();
        builder.Services.AddSingleton<IAwaitedBodies>(services => services.GetRequiredService<SlowBodies>());
        builder.Services.AddHostedService(services => services.GetRequiredService<SlowBodies>());
        builder.Services.AddObserver<SlowBodies>();
        builder.Services.AddListener<UnreadableRequests>();
        builder.Services.AddSingleton<DiagnosticSource>(services => services.GetRequiredService<UnreadableRequests>());
        builder.Services.AddSettings(ForwardedHeadersSettings.Section);
        builder.Services.AddListener<TrustedProxies>();
        builder.Services.AddListener<ListenerCertificates>();
        builder.Services.AddMetrics<CertificateMetrics>();
        builder.Services.AddAdvisor<ListenAdvisor>();
        builder.Services.AddListener<AllowedHosts>();
        return builder;
    }

    // Byte for byte, HTTP/2's target as well: as UTF-8, two of its characters could pass for one byte of a path. What
    // HTTP/2's other pseudo-header fields say is text in UTF-8.
    private static Encoding? EncodingOf(string name) => name switch
    {
        ":path" => Encoding.Latin1,
        [':', ..] => null,
        _ => name.Equals("Connection", StringComparison.OrdinalIgnoreCase) ? ConnectionField.Decoder : Encoding.Latin1,
    };

    /// <summary>Called when it is known what host a client asked for: a proxy in front may tell.</summary>
    public static void UseAllowedHosts(this WebApplication app) => app.UseMiddleware<HostFilterMiddleware>();

    public static void UseClientAddress(this WebApplication app) => app.UseMiddleware<ClientAddressMiddleware>();
}
