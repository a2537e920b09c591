using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Telemetry.Scraping;

/// <summary>
/// How many series a metric that names routes, clusters or destinations has room for. The SDK reserves the room when the
/// gateway starts: several times what the configuration of that moment can make, as saves add to it.
/// </summary>
internal sealed class SeriesRoom : IConfigurationListener, IConfigurationAdvisor
{
    private const int Spare = 4;
    private const int AtLeast = 1_000;

    // The statuses or errors of one route and destination; few of them ever see more.
    private const int CodesEach = 16;

    private Room? _reserved;

    /// <summary>The series of a metric with one label that names something, and of one that tells routes, destinations and codes together.</summary>
    private readonly record struct Room(long Named, long Combined)
    {
        public static Room For(Snapshot snapshot)
        {
            var destinations = snapshot.Clusters.ToDictionary(
                static cluster => cluster.ClusterId, static cluster => (long)(cluster.Destinations?.Count ?? 0), StringComparer.OrdinalIgnoreCase);
            var pairs = snapshot.Routes.Sum(route => destinations.GetValueOrDefault(route.ClusterId ?? ""));
            return new(Math.Max(snapshot.Routes.Count, destinations.Values.Sum()), CodesEach * pairs);
        }
    }

    /// <summary>The room of a metric whose series each name one route, cluster or destination.</summary>
    /// <param name="max">What may be reserved at the most.</param>
    public int OfNamed(int max) => Bounded(_reserved?.Named ?? 0, max);

    /// <summary>The room of a metric whose series name several of them and a code.</summary>
    /// <param name="max">What may be reserved at the most.</param>
    public int OfCombined(int max) => Bounded(_reserved?.Combined ?? 0, max);

    public void Apply(Snapshot snapshot) => _reserved ??= Room.For(snapshot);

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        if (_reserved is not { } reserved || snapshot.Get(MetricsSettings.Section) is not { Enabled: true, MaxSeries: var max })
            yield break;
        var wanted = Room.For(snapshot);
        if (IsOutgrown(reserved.Named, wanted.Named, max) || IsOutgrown(reserved.Combined, wanted.Combined, max))
        {
            yield return new Advice($"Gateway:Metrics:{nameof(MetricsSettings.MaxSeries)}", string.Create(CultureInfo.InvariantCulture,
                $"the configuration has outgrown the room for series that the gateway reserved when it started; series beyond it are counted as one, otel_metric_overflow. A restart reserves more (up to {max} for each metric)."));
        }
    }

    // At its most already, a restart would not help.
    private static bool IsOutgrown(long reserved, long wanted, int max) => Bounded(reserved, max) < Math.Min(wanted, max);

    private static int Bounded(long series, int max) => (int)Math.Clamp(series * Spare, Math.Min(AtLeast, max), max);
}
