using System.Collections.Concurrent;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Connections to a destination come to their end while requests go on.</summary>
public sealed class ConnectionLifetimeTests
{
    private const int Clients = 4;

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Connections_ThatReachTheirAge_FailNoRequest(HttpProtocols protocols)
    {
        var connections = new ConcurrentDictionary<string, bool>();
        await using var backend = await KestrelBackend.StartAsync(protocols, encrypted: false, context =>
        {
            connections[context.Connection.Id] = true;
            return context.Response.WriteAsync("ok");
        });
        var config = GatewayConfig.To(backend.Address).WithoutRetries().Set($"{GatewayConfig.Cluster}:Pool:ConnectionLifetime", "00:00:01");
        await using var gateway = await GatewayFactory.StartAsync(protocols == HttpProtocols.Http2 ? config.OverHttp2() : config);

        var clients = SteadyClients.Start(gateway.Traffic, Clients, static _ => "/x");
        // Without an end there would be one for each client at most, or one for all over HTTP/2, however long they ask.
        var enough = protocols == HttpProtocols.Http2 ? 3 : 2 * Clients + 1;
        await Eventually.TrueAsync(() => connections.Count >= enough, "connections are made in the place of old ones", within: TimeSpan.FromMinutes(1));

        await clients.EndAsync();
    }
}
