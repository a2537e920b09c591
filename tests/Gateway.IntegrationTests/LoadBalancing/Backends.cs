using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.LoadBalancing;

/// <summary>Several backends that count what reaches them.</summary>
internal sealed class Backends(int count, Func<ScriptedConnection, Task>? script = null) : IAsyncDisposable
{
    private readonly ScriptedBackend[] _backends = [.. Enumerable.Range(0, count).Select(_ => ScriptedBackend.Start(script ?? Scripts.Serve()))];

    public IReadOnlyList<Uri> Addresses => [.. _backends.Select(backend => backend.Address)];

    public int[] Counts => [.. _backends.Select(backend => backend.Requests)];

    /// <summary>The backend that one request reached, as its index.</summary>
    public async Task<int> ReachedByAsync(Func<Task> request)
    {
        var before = Counts;
        await request();
        return Array.FindIndex([.. Counts.Zip(before, (now, then) => now - then)], difference => difference > 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var backend in _backends)
            await backend.DisposeAsync();
    }
}
