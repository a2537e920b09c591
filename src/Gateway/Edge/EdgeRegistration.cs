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
        builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection("Kestrel"));
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            // HTTP/2's target byte for byte: as UTF-8, two of its characters could pass for one byte of a path.
            options.RequestHeaderEncodingSelector = static name => name == ":path" ? Encoding.Latin1 : null;
            options.Configure(endpoints.GetSection("Kestrel"), reloadOnChange: true);
        });
        builder.Services.AddSingleton<IReloadRule, ListenerReloadRule>();
        builder.Services.AddOpenSection<KestrelShape>("Kestrel");
        builder.Services.AddSettings(ForwardedHeadersSettings.Section);
        builder.Services.AddListener<TrustedProxies>();
        builder.Services.AddListener<ListenerCertificates>();
        builder.Services.AddMetrics<CertificateMetrics>();
        return builder;
    }

    public static void UseClientAddress(this WebApplication app) => app.UseMiddleware<ClientAddressMiddleware>();
}
