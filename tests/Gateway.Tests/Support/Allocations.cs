namespace Gateway.Tests.Support;

/// <summary>Counts what code allocates.</summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// The bytes that an action allocates on its thread each time it runs. What the runtime puts there
    /// now and then, when it compiles code anew, is not the action's: so the least of several rounds counts.
    /// </summary>
    public static long Of(Action action)
    {
        action();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
