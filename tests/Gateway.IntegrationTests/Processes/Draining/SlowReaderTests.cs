using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>Who reads slowly gets all of a response that the drain found on its way.</summary>
public sealed class SlowReaderTests
{
    private const int ReceiveBuffer = 4096;

    [Fact]
    public async Task LargeResponse_ReadDuringTheDrain_ArrivesWhole()
    {
        const long size = 32 << 20;
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:01:00" } """);
        using var client = await RawConnection.OpenAsync(setup.Gateway.Traffic, ReceiveBuffer);
        await client.GetAsync($"/bytes/{size}");
        var begun = await client.ReadSomeAsync();
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        var received = begun + await client.CountToEndAsync();

        Assert.InRange(received, size, size + 1024);
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains("All requests drained", setup.Gateway.Output.Messages);
    }

    [Fact]
    public async Task LargeResponse_ThatNobodyReads_IsCutAtTheTimeout()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:00:00.500" } """);
        using var client = await AskAsync(setup.Gateway, 64 << 20);
        await client.ReadSomeAsync();

        Assert.Equal(1, await setup.Gateway.StopPromptlyAsync());

        Assert.Contains("Drain timeout: 1 requests aborted", setup.Gateway.Output.Messages);
    }

    /// <summary>
    /// Just above what the system's buffers take, a response is over for the gateway's pipeline while its last
    /// bytes still wait in Kestrel: no request is in flight then, and yet the connection is not idle.
    /// </summary>
    [Fact]
    public async Task ResponseOverBeforeTheDrain_WithItsLastBytesUnsent_ArrivesWhole()
    {
        Assert.SkipUnless(SendQueue.IsKnown, "The system does not tell how much its buffers hold.");
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:00:20" } """);
        var capacity = await MeasureBuffersAsync(setup.Gateway);
        // How much the buffers take differs a little from one connection to the next; Kestrel keeps 64 KiB besides.
        var sizes = Enumerable.Range(-10, 15).Select(i => capacity + (i * 16 << 10)).ToArray();
        var clients = await Task.WhenAll(sizes.Select(size => AskAsync(setup.Gateway, size)));
        try
        {
            await Wait.UntilAsync(
                () => clients.Zip(sizes).Any(pair => IsOver(pair.Second) && IsInKestrel(pair.First, pair.Second)),
                "a response that is over for the pipeline and not yet with the system");
            setup.Gateway.Signal();
            var closed = await setup.Gateway.Output.WaitForMessageAsync("Requests served: ");
            var over = sizes.Select(IsOver).ToArray();

            // First those that the gateway sees in flight, then, after a pause that is long enough for a
            // gateway that takes a silent connection for an idle one, those that it does not.
            await AssertWholeAsync(clients.Zip(sizes).Where((_, i) => !over[i]));
            await Wait.UntilAsync(() => System.Diagnostics.Stopwatch.GetElapsedTime(closed.Read) > TimeSpan.FromSeconds(3), "a slow reader's pause");
            await AssertWholeAsync(clients.Zip(sizes).Where((_, i) => over[i]));
            Assert.Equal(0, await setup.Gateway.Exit.Soon());
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }

        bool IsOver(long size) => setup.Gateway.Output.All.Any(line => line.Text.Contains($"\"/bytes/{size}\"", StringComparison.Ordinal));
        bool IsInKestrel(RawConnection client, long size) => SendQueue.Between(setup.Gateway.Traffic.Port, client.LocalPort) < size;
    }

    private static async Task AssertWholeAsync(IEnumerable<(RawConnection Client, long Size)> responses)
    {
        foreach (var (client, size) in responses)
        {
            var received = await client.CountToEndAsync();
            Assert.True(received > size, $"{received} of {size} bytes");
        }
    }

    private static async Task<RawConnection> AskAsync(GatewayProcess gateway, long size)
    {
        var client = await RawConnection.OpenAsync(gateway.Traffic, ReceiveBuffer);
        await client.GetAsync($"/bytes/{size}");
        return client;
    }

    private static async Task<long> MeasureBuffersAsync(GatewayProcess gateway)
    {
        using var client = await AskAsync(gateway, 64 << 20);
        long queued = 0;
        var unchanged = 0;
        await Wait.UntilAsync(() =>
        {
            var now = SendQueue.OfConnectionsAt(gateway.Traffic.Port);
            unchanged = now > 0 && now == queued ? unchanged + 1 : 0;
            queued = now;
            return unchanged == 20;
        }, "the buffers are full");
        return queued;
    }
}
