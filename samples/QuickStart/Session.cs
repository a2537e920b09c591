namespace QuickStart;

/// <summary>Backends, then the gateway; until a signal, and back in reverse order, whatever happens in between.</summary>
internal sealed class Session(QuickStartOptions options)
{
    /// <exception cref="QuickStartException">Something did not start, or the gateway ended by itself.</exception>
    public async Task RunAsync()
    {
        using var signals = new StopSignals();
        var address = GatewayAddress.From(options);
        await Ports.CheckFreeAsync(options, address);

        var backends = options.BackendPorts.Select((port, i) => new Backend(i + 1, port)).ToList();
        try
        {
            await Task.WhenAll(backends.Select(backend => backend.StartAsync()));
            await using var gateway = Gateway.Start(options, backends);
            signals.Impatient += gateway.Hurry;
            await RunGatewayAsync(gateway, address, backends, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Stopped while starting: what has started is stopped below.
        }
        finally
        {
            await Task.WhenAll(backends.Select(backend => backend.DisposeAsync().AsTask()));
            Output.Say("the backends have stopped.");
        }
    }

    private static async Task RunGatewayAsync(Gateway gateway, GatewayAddress address, List<Backend> backends, CancellationToken stop)
    {
        await gateway.WaitUntilReadyAsync(address.Management, stop);
        Guide.Print(address, backends);
        var lines = Keyboard.Listen();
        try
        {
            while (true)
            {
                var line = lines.ReadAsync(stop).AsTask();
                if (await Task.WhenAny(line, gateway.Ended) == gateway.Ended)
                    throw new QuickStartException($"the gateway ended by itself with exit code {await gateway.Ended}; its output stands above.");
                await ObeyAsync(await line, backends);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Output.Say("stopping: the gateway finishes what is in flight, then the backends go. Ctrl+C again cuts that short.");
        }
    }

    private static async Task ObeyAsync(string line, List<Backend> backends)
    {
        if (backends.Find(backend => $"{backend.Number}" == line) is not { } chosen)
        {
            Output.Say("Type 1 or 2 and Enter to stop or start that backend; Ctrl+C ends everything.");
            return;
        }

        try
        {
            await chosen.ToggleAsync();
        }
        catch (QuickStartException error)
        {
            Output.Say(error.Message);
        }
    }
}
