namespace Gateway.IntegrationTests.Support;

/// <summary>A place in a script where it waits until the test lets it go on. Once open it stays open.</summary>
internal sealed class SyncPoint
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    /// <summary>How many came here.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    public Task PassAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _arrived);
        return _opened.Task.WaitAsync(cancellation);
    }

    public Task WaitForArrivalsAsync(int count) => Eventually.TrueAsync(() => Arrived >= count, $"{count} arrivals; {Arrived} came");

    public void Open() => _opened.TrySetResult();
}
