using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.CircuitBreaking;

/// <summary>A gateway whose one circuit opens at the first failure, before a backend that does as it is told.</summary>
internal sealed class ClientDeedStand : IAsyncDisposable
{
    private readonly SyncPoint _release = new();
    private KestrelBackend _backend = null!;
    private int _arrived;

    public GatewayFactory Gateway { get; private set; } = null!;

    /// <summary>What the backend does with a request.</summary>
    public ClientDeed.Backends Way { get; set; }

    /// <summary>The requests that reached the backend, as far as it wants to have read them.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    public static async Task<ClientDeedStand> StartAsync(bool toHttp2)
    {
        var stand = new ClientDeedStand();
        stand._backend = await KestrelBackend.StartAsync(toHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1, encrypted: false, stand.AnswerAsync);
        var config = GatewayConfig.To(stand._backend.Address).WithHttp2().Breaker(1)
            .Set($"{GatewayConfig.Cluster}:Timeouts:IdleBody", "00:00:00.300")
            .Set("ReverseProxy:Routes:all:MaxRequestBodySize", 1_000_000);
        stand.Gateway = await GatewayFactory.StartAsync(toHttp2 ? config.OverHttp2() : config);
        return stand;
    }

    public async ValueTask DisposeAsync()
    {
        _release.Open();
        await Gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var way = Way;
        var leaves = context.RequestAborted;
        if (way == ClientDeed.Backends.StopsInItsAnswer)
        {
            await context.Response.WriteAsync("not all", leaves);
            await context.Response.Body.FlushAsync(leaves);
        }
        if (way == ClientDeed.Backends.Listens)
            _ = await context.Request.Body.ReadAsync(new byte[1], leaves);
        Interlocked.Increment(ref _arrived);
        if (way is ClientDeed.Backends.StaysSilent or ClientDeed.Backends.StopsInItsAnswer)
            await _release.PassAsync(leaves);
        if (way == ClientDeed.Backends.RefusesUploads)
        {
            context.Response.StatusCode = 413;
            context.Response.ContentLength = 5;
            await context.Response.WriteAsync("large", leaves);
            return;
        }
        await context.Request.Body.CopyToAsync(Stream.Null, leaves);
        await context.Response.WriteAsync("ok", leaves);
    }
}
