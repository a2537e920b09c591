using System.Runtime.ExceptionServices;

namespace Gateway.Tests.Support;

/// <summary>Runs the same thing on many threads that begin together.</summary>
internal static class Threads
{
    public const int Many = 32;

    public static void Run(int count, Action<int> action)
    {
        Exception? first = null;
        using var barrier = new Barrier(count);
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                barrier.SignalAndWait();
                action(i);
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref first, error, null);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
    }
}
