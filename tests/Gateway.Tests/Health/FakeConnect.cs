using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Gateway.Configuration;
using Gateway.Health;

namespace Gateway.Tests.Health;

/// <summary>A connect that hangs until the test says what became of it.</summary>
internal sealed class FakeConnect : IConnectProbe
{
    private readonly ConcurrentDictionary<int, ConcurrentQueue<Probe>> _waiting = new();
    private readonly ConcurrentDictionary<int, int> _begun = new();
    private readonly Dictionary<string, int> _ports = [];

    public void Name(Snapshot snapshot)
    {
        foreach (var (id, destination) in snapshot.Clusters.SelectMany(cluster => cluster.Destinations!))
            _ports[id] = new Uri(destination.Address).Port;
    }

    public int Begun(string destination) => _ports.TryGetValue(destination, out var port) ? _begun.GetValueOrDefault(port) : _begun.Values.Sum();

    /// <summary>Probes that the test has not taken.</summary>
    public int Waiting => _waiting.Values.Sum(queue => queue.Count);

    public bool TryTake(string destination, bool put, [NotNullWhen(true)] out Probe? probe)
    {
        var queue = _waiting.GetOrAdd(_ports.TryGetValue(destination, out var port) ? port : 9001, static _ => new());
        return put ? queue.TryPeek(out probe) : queue.TryDequeue(out probe);
    }

    public Task<string?> TryConnectAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var probe = new Probe(timeout, cancellationToken);
        _begun.AddOrUpdate(address.Port, 1, static (_, count) => count + 1);
        _waiting.GetOrAdd(address.Port, static _ => new()).Enqueue(probe);
        return probe.Task;
    }
}

internal sealed class Probe(TimeSpan timeout, CancellationToken stop) : TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public TimeSpan Timeout => timeout;

    public CancellationToken Stop => stop;
}
