using System.Text;
using System.Text.Json;
using Gateway.Configuration;
using Gateway.Decisions;
using Gateway.Management;
using Gateway.Management.Status;
using Gateway.Tests.Support;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Decisions;

public sealed class ClusterSightTests
{
    private readonly TickClock _time = new();
    private readonly Holders _inFlight = new();
    private readonly Part _part;

    public ClusterSightTests() => _part = new Part(_time);

    [Fact]
    public void Cluster_OfManyDestinations_IsToldBoundedWithHowManyMoreThereAre()
    {
        var seen = See(Sight(), "api");

        Assert.Equal(20, seen.GetProperty("destinations").GetArrayLength());
        Assert.Equal(5, seen.GetProperty("moreDestinations").GetInt32());
    }

    [Fact]
    public void Look_WhileItIsFresh_ServesThoseWhoComeNext()
    {
        var sight = Sight();
        // Twenty destinations at a microsecond each: fresh for two milliseconds.
        _part.Cost = 1000;
        var first = sight.See("api");

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Same(first, sight.See("API"));

        _time.Advance(TimeSpan.FromMilliseconds(1.1));
        Assert.NotSame(first, sight.See("api"));
        Assert.Equal(40, _part.Asked);
    }

    [Fact]
    public void Look_HoweverLongItTook_IsFreshForASecondAtMost()
    {
        var sight = Sight();
        _part.Cost = 100_000_000;
        var first = sight.See("api");

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotSame(first, sight.See("api"));
    }

    [Fact]
    public void Look_WhileAnotherLooks_IsTheOneBeforeIt()
    {
        var sight = Sight();
        var first = sight.See("api");
        PackedJson? meanwhile = null;
        _part.OnAsked = () => meanwhile = _part.Asked == 21 ? sight.See("api") : meanwhile;

        var second = sight.See("api");

        Assert.Same(first, meanwhile);
        Assert.NotSame(first, second);
        Assert.Equal(40, _part.Asked);
    }

    [Fact]
    public void Look_ThatCostsNothing_IsTakenAnewForEach()
    {
        var sight = Sight();
        sight.See("api");
        _inFlight.List.Add(Held("r1", "d1"));

        Assert.Equal(1, See(sight, "api").GetProperty("heldBy").GetArrayLength());
    }

    [Fact]
    public void Holders_AreToldByRouteTheMostFirst()
    {
        _inFlight.List.AddRange([Held("r1", "d1"), Held("r2", "d1"), Held("r2", "d1"), Held("r3", ""), Held("r4", "d9", cluster: "other")]);

        var heldBy = See(Sight(), "api").GetProperty("heldBy");

        Assert.Equal([("r2", "d1", 2), ("r1", "d1", 1)], heldBy.EnumerateArray().Select(holder =>
            (holder.GetProperty("route").GetString(), holder.GetProperty("destination").GetString(), holder.GetProperty("requests").GetInt32())));
    }

    private ClusterSight Sight()
    {
        var cluster = new ClusterState("api");
        var destinations = Enumerable.Range(1, 25).Select(i => new DestinationState($"d{i}")).ToList();
        cluster.DestinationsState = new ClusterDestinationsState(destinations, destinations);
        return new ClusterSight([_part], [], _inFlight, new OneCluster(cluster), _time);
    }

    private static JsonElement See(ClusterSight sight, string cluster) =>
        JsonDocument.Parse(Encoding.UTF8.GetString(sight.See(cluster).Unpack())).RootElement;

    private static InFlightExchange Held(string route, string destination, string cluster = "api") =>
        new("request", "GET", "/", route, cluster, destination, 1, "");

    private sealed class Part(TickClock time) : IDestinationPart
    {
        public string Name => "part";

        public int Asked { get; private set; }

        /// <summary>The nanoseconds that a question takes.</summary>
        public long Cost { get; set; }

        public Action? OnAsked { get; set; }

        public void Write(Utf8JsonWriter json, DestinationId id)
        {
            Asked++;
            OnAsked?.Invoke();
            time.Advance(Cost);
            json.WriteNumberValue(1);
        }
    }

    private sealed class Holders : IInFlightReport
    {
        public List<InFlightExchange> List { get; } = [];

        public int Count => List.Count;

        public IReadOnlyList<InFlightExchange> Oldest(int limit) => List;
    }

    private sealed class OneCluster(ClusterState only) : IProxyStateLookup
    {
        public bool TryGetRoute(string id, out RouteModel route)
        {
            route = null!;
            return false;
        }

        public IEnumerable<RouteModel> GetRoutes() => [];

        public bool TryGetCluster(string id, out ClusterState cluster)
        {
            cluster = only;
            return id.Equals(only.ClusterId, StringComparison.OrdinalIgnoreCase);
        }

        public IEnumerable<ClusterState> GetClusters() => [only];
    }
}
