using System.Diagnostics;

namespace Gateway.Chaos.Load;

/// <summary>A constant load of a few clients on a proxy.</summary>
internal sealed class SteadyLoad : IDisposable
{
    public const int Clients = 16;

    // Enough that connections are idle for a moment, too, and that two processors have time for everybody.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(8);

    // The first requests of a program that has just been started say nothing about those that matter.
    private const int ColdRequests = 20;
    private const int WarmUpRequests = 200;
    private static int _loads;
    private readonly SteadyClient[] _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Task _running;

    private SteadyLoad(int port, int seed)
    {
        var load = Interlocked.Increment(ref _loads);
        _clients = [.. Enumerable.Range(1, Clients)
            .Select(number => new SteadyClient(port, $"l{load}c{number}", _began, new Random((seed * Clients) + number)))];
        _running = Task.Run(RunAsync);
    }

    public static SteadyLoad Start(int port, int seed = 0) => new(port, seed);

    private int Failed => _clients.Sum(client => client.Failures.Count);

    /// <summary>Seconds since it began.</summary>
    public double Now => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Waits until no request has failed for so long; no longer than a client's patience.</summary>
    public async Task CalmAsync(TimeSpan quiet)
    {
        var (failed, since, until) = (Failed, Now, Now + SteadyClient.Patience.TotalSeconds);
        while (Now - since < quiet.TotalSeconds && Now < until)
        {
            await Task.Delay(Pause);
            if (Failed != failed)
                (failed, since) = (Failed, Now);
        }
    }

    /// <summary>Waits until the proxy is warm.</summary>
    public async Task WarmUpAsync()
    {
        while (_clients.Sum(client => client.Gets) < WarmUpRequests && Now < SteadyClient.Patience.TotalSeconds)
            await Task.Delay(Pause);
    }

    /// <summary>Ends it when every request that was begun is answered or given up.</summary>
    public async Task<Tally> EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
        return new Tally
        {
            Gets = _clients.Sum(client => client.Gets),
            Posts = _clients.Sum(client => client.Posts),
            Acknowledged = [.. _clients.SelectMany(client => client.Acknowledged)],
            Failures = [.. _clients.SelectMany(client => client.Failures).OrderBy(failure => failure.At)],
            Longest = _clients.Max(client => client.Longest),
        };
    }

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
        _stop.Dispose();
    }

    // One client goes ahead: sixteen at once would find everything cold, and on a busy machine run into time-outs.
    private async Task RunAsync()
    {
        var running = new List<Task> { Run(_clients[0]) };
        while (_clients[0].Gets < ColdRequests && !_stop.IsCancellationRequested)
            await Task.Delay(Pause);
        running.AddRange(_clients.Skip(1).Select(Run));
        await Task.WhenAll(running);
    }

    private Task Run(SteadyClient client) => Task.Run(() => client.RunAsync(Pause, _stop.Token));
}
