using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Over HTTP/2, too, nothing is sent again in silence.</summary>
public class Http2RetryTests
{
    [Theory]
    [InlineData("refused streams")]
    [InlineData("go away")]
    [InlineData("close")]
    public async Task OnlyDestination_TurnsRequestsAway_GetsNoMoreThanMaxAttempts(string way)
    {
        var arrived = 0;
        await using var backend = ScriptedBackend.Start(Script(way, () => Interlocked.Increment(ref arrived)));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithoutBreaker()
            .Set($"{GatewayConfig.Cluster}:Retry:MaxAttempts", 2));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.InRange(arrived, 1, 2);
        Assert.InRange(backend.Connections, 1, 2);
    }

    [Theory]
    [InlineData("refused streams")]
    [InlineData("go away")]
    [InlineData("close")]
    public async Task Retries_Off_DeliverARequestOnce(string way)
    {
        var arrived = 0;
        await using var backend = ScriptedBackend.Start(Script(way, () => Interlocked.Increment(ref arrived)));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithoutBreaker().WithoutRetries());

        using var response = await gateway.Client.SendAsync(HttpMethod.Post, "/x");

        Assert.Equal((502, 1), ((int)response.StatusCode, arrived));
    }

    private static Func<ScriptedConnection, Task> Script(string way, Action arrived) => way switch
    {
        "refused streams" => Http2Script.RefuseStreams(arrived),
        "go away" => Http2Script.GoAwayAtOnce(arrived),
        _ => Http2Script.CloseOnRequest(arrived),
    };
}
