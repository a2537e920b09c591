using Gateway.IntegrationTests.Support;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>A client that leaves ends whatever is done for it: no attempt follows, no permit stays, no destination is blamed.</summary>
public class CancelledAttemptTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connecting_EndsWithTheClient(bool timeouts)
    {
        using var silent = await SilentPort.OpenAsync();
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(timeouts, silent.Address, serving.Address);

        await LeaveAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", () => gateway.PermitsInUse("d1") == 1);

        await AssertNothingIsLeftAsync(gateway, serving);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendingTheBody_EndsWithTheClient(bool timeouts)
    {
        await using var waiting = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(timeouts, waiting.Address, serving.Address);

        await LeaveAsync(gateway, "PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", () => waiting.Requests == 1);

        await AssertNothingIsLeftAsync(gateway, serving);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WaitingForHeaders_EndsWithTheClient(bool timeouts)
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(timeouts, silent.Address, serving.Address);

        await LeaveAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", () => silent.Requests == 1);

        await AssertNothingIsLeftAsync(gateway, serving);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Streaming_EndsWithTheClient(bool timeouts)
    {
        await using var halting = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            await connection.WaitForCloseAsync();
        });
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(timeouts, halting.Address, serving.Address);
        using (var client = await RawClient.ConnectAsync(gateway.Traffic))
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReadHeadAsync();
            client.Reset();
        }

        await AssertNothingIsLeftAsync(gateway, serving);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WaitingForAPermit_EndsWithTheClient(bool timeouts)
    {
        var release = new SyncPoint();
        await using var busy = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await StartAsync(timeouts, busy.Address);
        var holding = gateway.GetAsync("/x");
        await release.WaitForArrivalsAsync(1);

        await LeaveAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", () => gateway.Waiting() == 1);

        await Eventually.EqualAsync(0, () => gateway.Waiting());
        release.Open();
        (await holding).Dispose();
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        Assert.Equal(1, busy.Requests);
    }

    private static async Task LeaveAsync(GatewayFactory gateway, string request, Func<bool> arrived)
    {
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync(request);
        await Eventually.TrueAsync(arrived, "the request is where it waits");
        client.Reset();
    }

    private static async Task AssertNothingIsLeftAsync(GatewayFactory gateway, ScriptedBackend serving)
    {
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse("d1") + gateway.PermitsInUse("d2"));
        Assert.Equal(0, serving.Requests);
        // One failure would have opened it.
        Assert.Equal(CircuitState.Closed, gateway.Circuit("d1").State);
    }

    // With time-outs the client's token is not the one that YARP hears.
    private static Task<GatewayFactory> StartAsync(bool timeouts, params Uri[] backends)
    {
        var config = GatewayConfig.To(backends).InOrder().Breaker(1).Permits(1, queue: 1);
        if (timeouts)
        {
            foreach (var name in (string[])["ResponseHeaders", "IdleBody", "Request"])
                config.Set($"{GatewayConfig.Cluster}:Timeouts:{name}", "00:01:00");
        }
        return GatewayFactory.StartAsync(config);
    }
}
