using System.Diagnostics;
using System.Globalization;
using Gateway.RateLimiting;

namespace Gateway.Benchmarks.Clients;

/// <summary>What clients with a bucket each cost: memory, and the time of a known one, of a new one, and of the worst of them when the room is used up.</summary>
internal static class ClientsMeasurement
{
    private const int Stream = 1_000_000;

    /// <param name="arguments">How many clients fit, 1,000,000 unless said.</param>
    public static int Run(string[] arguments)
    {
        var clients = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000;
        var bench = new Bench(clients);
        Console.WriteLine($"{clients:N0} clients");
        bench.Run(Math.Min(clients, 1000));
        var (live, resident) = (GC.GetTotalMemory(true), Environment.WorkingSet);
        Tell("fill", bench.Time(0, clients));
        Console.WriteLine($"memory: {(GC.GetTotalMemory(true) - live) / (double)clients:F0} bytes a client live, {(Environment.WorkingSet - resident) / (double)clients:F0} resident");
        Tell("known, one", bench.Time(0, Stream, static _ => 7));
        Tell("known, any", bench.Time(0, Stream, id => (int)((uint)id * 2654435761 % (uint)clients)));
        Tell("new, no room", bench.Time(clients, Math.Min(Stream, clients)));
        return 0;
    }

    private static void Tell(string what, long[] ticks)
    {
        Array.Sort(ticks);
        var nanoseconds = 1e9 / Stopwatch.Frequency;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: mean {ticks.Average() * nanoseconds:F0} ns, p99.9 {ticks[ticks.Length * 999L / 1000] * nanoseconds / 1000:F1} us, worst {ticks[^1] * nanoseconds / 1e6:F2} ms"));
    }

    private sealed class Bench(int clients)
    {
        private readonly BucketClock _clock = new(TimeProvider.System);
        private readonly ClientBuckets _buckets = new();
        private readonly BucketRate _rate = new(1_000_000_000, 1_000_000_000, TimeSpan.FromSeconds(1), TimeProvider.System.TimestampFrequency);

        public void Run(int count)
        {
            for (var i = 0; i < count; i++)
                Take(i);
        }

        public long[] Time(int from, int count, Func<int, int>? id = null)
        {
            var ticks = new long[count];
            for (var i = 0; i < count; i++)
            {
                var before = Stopwatch.GetTimestamp();
                Take(id?.Invoke(from + i) ?? from + i);
                ticks[i] = Stopwatch.GetTimestamp() - before;
            }
            return ticks;
        }

        private void Take(int id)
        {
            var now = _clock.Now;
            _buckets.Take(new ClientKey((UInt128)(uint)id, IsHeader: true), _rate, clients, now, window: 0);
        }
    }
}
