namespace QuickStart;

/// <summary>The gateway, with the configuration of the repository's root.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    // The drain of the configuration, 30 s, and some time to notice that it is over.
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(45);
    private readonly ChildProcess _process;

    private Gateway(ChildProcess process) => _process = process;

    public Task<int> Ended => _process.Ended;

    public static Gateway Start(QuickStartOptions options, IEnumerable<Backend> backends) =>
        new(ChildProcess.Start("gateway", BuildOutput.Gateway, ["run", "--config", BuildOutput.Configuration, .. Overrides(options, backends)]));

    /// <summary>Returns when the gateway says that it is ready.</summary>
    public async Task WaitUntilReadyAsync(Uri management, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(ReadyPatience);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = management };
        while (!await IsReadyAsync(client, patience.Token))
        {
            if (Ended.IsCompleted)
                throw new QuickStartException($"the gateway ended with exit code {await Ended} before it was ready; its output stands above.");
            stop.ThrowIfCancellationRequested();
            if (patience.IsCancellationRequested)
                throw new QuickStartException($"{management}health/ready did not answer 200 within {ReadyPatience.TotalSeconds:0} s.");
            await Task.Delay(PollInterval, stop);
        }
    }

    /// <summary>Sends another signal, which ends a drain at once.</summary>
    public void Hurry() => _process.Terminate();

    /// <summary>Asks the gateway to drain and stop, and returns when it has.</summary>
    public async ValueTask DisposeAsync()
    {
        var exitCode = await _process.StopAsync(DrainPatience);
        await _process.DisposeAsync();
        Output.Say($"the gateway has stopped, exit code {exitCode}.");
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("health/ready", UriKind.Relative), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Overrides(QuickStartOptions options, IEnumerable<Backend> backends)
    {
        if (options.GatewayPort is { } traffic)
            yield return $"--Kestrel:Endpoints:Http:Url=http://*:{traffic}";
        if (options.ManagementPort is { } management)
            yield return $"--Kestrel:Endpoints:Management:Url=http://*:{management}";
        if (options.HasDefaultBackends)
            yield break;
        foreach (var backend in backends)
            yield return $"--ReverseProxy:Clusters:backends:Destinations:{backend.Name}:Address={backend.Address}";
    }
}
