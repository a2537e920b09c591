using System.Diagnostics;
using System.Net.Sockets;
using Gateway.Configuration;
using Gateway.Management.Events;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Management;

/// <summary>
/// A Kestrel of its own for the management endpoint: it is there before traffic comes, and when the
/// traffic's Kestrel drains and stops it stays to the end and can be asked how that goes.
/// </summary>
internal sealed class ManagementServer(
    PublishedConfiguration published, ManagementServerType type, EventListeners events, IServiceProvider services, ILoggerFactory loggers,
    ILogger<ManagementServer> logger) : IHostedService
{
    private IServer? _server;

    /// <summary>The addresses that are listened on.</summary>
    public IEnumerable<string> Addresses => _server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = published.View(Listeners.OfManagement);
        if (!endpoint.GetSection($"Kestrel:Endpoints:{Listeners.ManagementName}").Exists())
            return;
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        options.Configure(endpoint.GetSection("Kestrel"), reloadOnChange: true);
        IConnectionListenerFactory[] sockets = [new SocketTransportFactory(services.GetRequiredService<IOptions<SocketTransportOptions>>(), loggers)];
        _server = (IServer)ActivatorUtilities.CreateInstance(services, type.Kestrel, Options.Create(options), (IEnumerable<IConnectionListenerFactory>)sockets,
            // What is told of traffic is not told of this.
            new DiagnosticListener(Listeners.ManagementName));
        try
        {
            await _server.StartAsync(new Application(ManagementEndpoints.Build(services), services.GetRequiredService<IHttpContextFactory>()), cancellationToken);
        }
        catch (SocketException error)
        {
            throw new IOException($"Failed to bind the Management endpoint: {error.Message}.", error);
        }
        foreach (var address in Addresses)
            ManagementLog.Listening(logger, address);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is null)
            return;
        events.End();
        // Who scrapes at this moment gets an answer; who only holds a connection does not hold up the exit.
        using var brief = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        brief.CancelAfter(TimeSpan.FromMilliseconds(500));
        await _server.StopAsync(brief.Token);
        _server.Dispose();
    }

    private sealed class Application(RequestDelegate pipeline, IHttpContextFactory contexts) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => contexts.Create(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => pipeline(context);

        public void DisposeContext(HttpContext context, Exception? exception) => contexts.Dispose(context);
    }
}

/// <summary>The type of Kestrel's server, which is not public but stands in the services that <c>UseKestrelCore</c> registers.</summary>
internal sealed record ManagementServerType(Type Kestrel);
