using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>HTTP/2 connections in a drain. The time-out is far away, so that whoever waits for it fails.</summary>
public sealed class Http2DrainTests
{
    private static Task<GatewayWithBackend> StartAsync() => GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:10:00" } """, "Http2");

    [Fact]
    public async Task StreamInFlight_AtTheDrain_IsToldToGoAwayAndAnswered()
    {
        await using var setup = await StartAsync();
        setup.Backend.SetHang(true);
        using var connection = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        await connection.GetAsync(1, "/");
        await setup.ReachesBackendAsync(1);

        setup.Gateway.Signal();
        await connection.WaitForAsync(frame => frame.Type == FrameType.GoAway);
        setup.Backend.SetHang(false);

        await connection.ReadOkAsync(1);
        await connection.Ended.Soon();
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains("All requests drained", setup.Gateway.Output.Messages);
    }

    [Fact]
    public async Task ManyStreams_AfterADelay_AreToldOnceAndAllAnswered()
    {
        const int streams = 20;
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Delay": "00:00:00.300", "Timeout": "00:10:00" } """, "Http2");
        setup.Backend.SetHang(true);
        using var connection = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        for (var i = 0; i < streams; i++)
            await connection.GetAsync((2 * i) + 1, "/");
        await setup.ReachesBackendAsync(streams);

        setup.Gateway.Signal();
        await connection.WaitForAsync(frame => frame.Type == FrameType.GoAway);
        setup.Backend.SetHang(false);

        for (var i = 0; i < streams; i++)
            await connection.WaitForAsync(frame => frame.EndsStream);
        await connection.Ended.Soon();
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains($"Draining {streams} in-flight requests", setup.Gateway.Output.Messages);
    }

    [Fact]
    public async Task ConnectionWithoutAStream_AtTheDrain_IsToldToGoAwayAndHoldsNothingUp()
    {
        await using var setup = await StartAsync();
        using var connection = await Http2Connection.OpenAsync(setup.Gateway.Traffic);

        setup.Gateway.Signal();

        await connection.WaitForAsync(frame => frame.Type == FrameType.GoAway);
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task ConnectionWithHalfAFrame_AtTheDrain_HoldsNothingUp()
    {
        await using var setup = await StartAsync();
        using var connection = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        await connection.GetAsync(1, "/");
        await connection.ReadOkAsync(1);
        await connection.SendHalfAFrameAsync();

        Assert.Equal(0, await setup.Gateway.StopPromptlyAsync());
    }

    [Fact]
    public async Task ConnectionWhoseStreamsEnded_AtTheDrain_IsClosedWhileOthersAreServed()
    {
        await using var setup = await StartAsync();
        using var idle = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        await idle.GetAsync(1, "/");
        await idle.ReadOkAsync(1);
        setup.Backend.SetHang(true);
        using var busy = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        await busy.GetAsync(1, "/");
        await setup.ReachesBackendAsync(1);

        setup.Gateway.Signal();
        await idle.WaitForAsync(frame => frame.Type == FrameType.GoAway);
        await idle.Ended.Soon();

        setup.Backend.SetHang(false);
        await busy.ReadOkAsync(1);
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task ConnectionWhoseLastStreamEnds_WithinTheDrain_IsClosedWhileOthersAreServed()
    {
        await using var setup = await StartAsync();
        using var first = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        using var second = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        await first.GetAsync(1, "/slow?ms=1500");
        await setup.ReachesBackendAsync(1);
        setup.Backend.SetHang(true);
        await second.GetAsync(1, "/");
        await setup.ReachesBackendAsync(2);

        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 2 in-flight requests");
        await first.ReadOkAsync(1);
        await first.Ended.Soon();

        setup.Backend.SetHang(false);
        await second.ReadOkAsync(1);
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }
}
