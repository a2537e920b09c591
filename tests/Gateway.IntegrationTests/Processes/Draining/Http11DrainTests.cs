using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>HTTP/1.1 connections in a drain: who is told, who is waited for. The time-out is far away, so that whoever waits for it fails.</summary>
public sealed class Http11DrainTests
{
    private const string LongTimeout = """  "Drain": { "Timeout": "00:10:00" } """;

    [Fact]
    public async Task Response_DuringADrain_CarriesConnectionCloseAndEndsTheConnection()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        setup.Backend.SetHang(true);
        using var connection = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await connection.GetAsync("/");
        await setup.ReachesBackendAsync(1);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        setup.Backend.SetHang(false);
        var response = await connection.ReadResponseAsync();

        Assert.Equal("HTTP/1.1 200 OK", response.StatusLine);
        Assert.Equal("close", response.Header("Connection"));
        await connection.EndsAsync();
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task IdleConnection_AtTheDrain_IsClosedWhileOthersAreServed()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var idle = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await idle.GetAsync("/");
        await idle.ReadResponseAsync();
        setup.Backend.SetHang(true);
        var answer = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await setup.ReachesBackendAsync(1);

        setup.Gateway.Signal();
        await idle.EndsAsync();

        Assert.False(answer.IsCompleted);
        setup.Backend.SetHang(false);
        await answer;
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task ConnectionWithoutARequest_AtTheDrain_HoldsNothingUp()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var silent = await RawConnection.OpenAsync(setup.Gateway.Traffic);

        Assert.Equal(0, await setup.Gateway.StopPromptlyAsync());
        await silent.EndsAsync();
    }

    [Fact]
    public async Task ConnectionWithHalfAHead_AtTheDrain_HoldsNothingUp()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var half = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await half.SendAsync("GET / HTTP/1.1\r\nHost: gate");

        Assert.Equal(0, await setup.Gateway.StopPromptlyAsync());
    }

    [Fact]
    public async Task ConnectionThatServedAndHasHalfAHead_AtTheDrain_HoldsNothingUp()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var half = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await half.GetAsync("/");
        await half.ReadResponseAsync();
        await half.SendAsync("GET / HTTP/1.1\r\nHost: gate");

        Assert.Equal(0, await setup.Gateway.StopPromptlyAsync());
    }

    [Fact]
    public async Task UploadInFlight_AtTheDrain_IsForwardedToItsEnd()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var connection = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await connection.SendAsync("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 10\r\n\r\n01234");
        await setup.ReachesBackendAsync(1);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        await connection.SendAsync("56789");

        var response = await connection.ReadResponseAsync();
        Assert.Equal("HTTP/1.1 200 OK", response.StatusLine);
        Assert.Equal("close", response.Header("Connection"));
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task ManagementConnection_LeftOpen_HoldsNothingUp()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var idle = await RawConnection.OpenAsync(setup.Gateway.Management);
        await idle.GetAsync("/health/live");
        await idle.ReadResponseAsync();
        using var half = await RawConnection.OpenAsync(setup.Gateway.Management);
        await half.SendAsync("GET /health/li");

        Assert.Equal(0, await setup.Gateway.StopPromptlyAsync());
    }
}
