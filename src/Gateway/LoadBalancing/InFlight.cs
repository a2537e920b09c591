namespace Gateway.LoadBalancing;

/// <summary>Counts the requests that a destination, or a cluster, has now. Thread-safe.</summary>
/// <param name="whole">What it is a part of.</param>
internal sealed class InFlight(InFlight? whole)
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Enter()
    {
        Interlocked.Increment(ref _count);
        whole?.Enter();
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _count);
        whole?.Leave();
    }
}
