using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using GatewayConfig = Gateway.IntegrationTests.Processes.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>Server-sent events end between two events, in order, so that their client goes on elsewhere.</summary>
public sealed class EventStreamDrainTests
{
    private const string LongTimeout = """  "Drain": { "Timeout": "00:10:00" } """;

    [Fact]
    public async Task EventStream_Silent_EndsInOrder()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var connection = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await connection.GetAsync("/sse?count=1000&ms=600000");
        await connection.WaitForAsync("\n\n\r\n");

        setup.Gateway.Signal();
        var response = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 200 OK", response, StringComparison.Ordinal);
        // A whole event, then the last chunk.
        Assert.EndsWith("\n\n\r\n0\r\n\r\n", response, StringComparison.Ordinal);
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains("All requests drained", setup.Gateway.Output.Messages);
    }

    [Fact]
    public async Task EventStream_OverHttp2_EndsItsStream()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout, "Http2");
        using var connection = await Http2Connection.OpenAsync(setup.Gateway.Traffic);
        await connection.GetAsync(1, "/sse?count=1000&ms=600000");
        await setup.ReachesBackendAsync(1);

        setup.Gateway.Signal();

        await connection.ReadOkAsync(1);
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
    }

    [Fact]
    public async Task EventStream_WithinAnEvent_EndsAfterIt()
    {
        var rest = new SyncPoint();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            if (await connection.ReadRequestAsync() is null)
                return;
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\ndata: t");
            await rest.PassAsync(connection.Stopping);
            await connection.SendAsync("wo\n\ndata: three\n\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayProcess.StartAsync(GatewayConfig.For(backend.Address.Port, LongTimeout));
        using var client = await RawConnection.OpenAsync(gateway.Traffic);
        await client.GetAsync("/");
        await client.WaitForAsync("data: t");
        gateway.Signal();
        await gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        rest.Open();
        var events = await client.ReadToEndAsync();

        Assert.Contains("wo\n\n", events, StringComparison.Ordinal);
        Assert.DoesNotContain("three", events, StringComparison.Ordinal);
        Assert.EndsWith("\r\n0\r\n\r\n", events, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Exit.Soon());
    }

    [Fact]
    public async Task Download_AtTheDrain_GoesOnToItsEnd()
    {
        var rest = new SyncPoint();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            if (await connection.ReadRequestAsync() is null)
                return;
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nhalf\n");
            await rest.PassAsync(connection.Stopping);
            await connection.SendAsync("done\n");
        });
        await using var gateway = await GatewayProcess.StartAsync(GatewayConfig.For(backend.Address.Port, LongTimeout));
        using var client = await RawConnection.OpenAsync(gateway.Traffic);
        await client.GetAsync("/");
        await client.WaitForAsync("half");
        gateway.Signal();
        await gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        rest.Open();

        Assert.EndsWith("done\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Exit.Soon());
    }
}
