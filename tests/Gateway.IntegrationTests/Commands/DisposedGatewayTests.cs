using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Gateway.IntegrationTests.Configuration.Reload;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Commands;

/// <summary>A gateway that was disposed leaves nothing behind: whoever starts one in each test has them all in one process.</summary>
[Collection(nameof(ReloadMemoryTests))]
public sealed class DisposedGatewayTests
{
    private const int Gateways = 50;

    [Fact]
    public async Task Gateway_Disposed_IsCollected()
    {
        var disposed = new List<WeakReference>();

        for (var i = 0; i < Gateways; i++)
            disposed.Add(await RunAsync());

        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return disposed.All(static gateway => !gateway.IsAlive);
        }, $"{Gateways} disposed gateways are collected");
    }

    // By itself, so that no register of the test's keeps what is to be collected.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> RunAsync()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http1, encrypted: false, AnswerAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2().Probing()
            .Route("dead", "/dead", "dead").Destinations("dead", backend.Address).Set("ReverseProxy:Clusters:dead:CircuitBreaker:FailureThreshold", 1)
            .Set("ReverseProxy:Clusters:dead:CircuitBreaker:BreakDuration", "01:00:00"));
        (await gateway.GetAsync("/")).Dispose();
        (await gateway.CreateHttp2Client().SendAsync(HttpMethod.Post, "/")).Dispose();
        // A circuit that stays open for longer than the gateway lives.
        Assert.Equal(503, (int)(await gateway.GetAsync("/dead")).StatusCode);
        Assert.Equal("Circuit open", await TitleAsync(gateway));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{gateway.Traffic.Authority}/ws"), Bounds.Token);
        _ = await gateway.ScrapeAsync();
        return new(gateway.Services);
    }

    private static async Task<string?> TitleAsync(GatewayFactory gateway)
    {
        using var refused = JsonDocument.Parse(await (await gateway.GetAsync("/dead")).TextAsync());
        return refused.RootElement.GetProperty("title").GetString();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/dead")
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        if (!context.WebSockets.IsWebSocketRequest)
            return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.ReceiveAsync(new byte[1], context.RequestAborted);
    }
}
