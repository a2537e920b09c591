using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>
/// The candidates of one list of destinations that a request may go to, with what the policies would
/// otherwise work out for each request anew. Thread-safe.
/// </summary>
internal sealed class Lineup
{
    private readonly IReadOnlyList<DestinationState> _destinations;
    private readonly bool _affine;
    private readonly bool _equalShares;
    private Turns? _turns;
    private double[]? _sums;

    private Lineup(IReadOnlyList<DestinationState> destinations, bool affine, Roster? roster, Candidate[] known)
    {
        (_destinations, _affine, Roster) = (destinations, affine, roster!);
        Candidates = affine || Array.TrueForAll(known, TakesNewRequests) ? known : Array.FindAll(known, TakesNewRequests);
        Until = roster?.SlowStart?.SetShares(Candidates) ?? long.MaxValue;
        _equalShares = Array.TrueForAll(Candidates, candidate => candidate.Share == Candidates[0].Share);
    }

    private static bool TakesNewRequests(Candidate candidate) => candidate.Weight > 0;

    /// <summary>Those of the list that requests may go to, in its order.</summary>
    public Candidate[] Candidates { get; }

    /// <summary>The roster that the candidates are of.</summary>
    public Roster Roster { get; }

    /// <summary>The timestamp from which on the shares are others; <see cref="long.MaxValue"/> where nothing starts slowly.</summary>
    public long Until { get; }

    /// <summary>The candidates by name.</summary>
    public Candidate[] ByName => field ??= [.. Candidates.Order(Comparer<Candidate>.Create(Candidate.CompareNames))];

    /// <summary>What the candidates have to do, in their order.</summary>
    public Loads Loads => field ??= new Loads(Candidates);

    /// <summary>What a consistent hash goes by, in the candidates' order.</summary>
    public HashPlaces Places => field ??= new HashPlaces(Candidates);

    public static Lineup Of(Roster roster, IReadOnlyList<DestinationState> destinations, bool affine) =>
        new(destinations, affine, roster, [.. destinations.Select(roster.Find).OfType<Candidate>()]);

    /// <summary>One that leaves nothing to choose.</summary>
    public static Lineup OfOne(Candidate candidate) => new(candidate.Destination, affine: true, roster: null, [candidate]);

    public bool IsOf(IReadOnlyList<DestinationState> destinations, bool affine) => ReferenceEquals(_destinations, destinations) && _affine == affine;

    /// <summary>Whose turn it is.</summary>
    public Candidate NextInTurn() =>
        _equalShares ? Candidates[Roster.NextTicket() % (ulong)Candidates.Length] : (_turns ?? MakeTurns()).Next();

    /// <summary>The index of a candidate, drawn by share.</summary>
    public int Draw()
    {
        if (_equalShares)
            return Random.Shared.Next(Candidates.Length);
        var sums = _sums ?? MakeSums();
        return IndexOf(Random.Shared.NextDouble() * sums[^1], sums);
    }

    /// <summary>The index of another candidate than <paramref name="except"/>, drawn by share.</summary>
    public int Draw(int except)
    {
        if (_equalShares)
        {
            var drawn = Random.Shared.Next(Candidates.Length - 1);
            return drawn < except ? drawn : drawn + 1;
        }
        var sums = _sums ?? MakeSums();
        var (from, to) = (except == 0 ? 0 : sums[except - 1], sums[except]);
        var point = Random.Shared.NextDouble() * (sums[^1] - (to - from));
        var index = IndexOf(point < from ? point : point + (to - from), sums);
        // The rounding of sums may end exactly on the edge.
        return index != except ? index : index > 0 ? index - 1 : 1;
    }

    private static int IndexOf(double point, double[] sums)
    {
        var index = Array.BinarySearch(sums, point);
        return Math.Min(index < 0 ? ~index : index + 1, sums.Length - 1);
    }

    // The first one made is everybody's: turns that were taken of another one would be given twice.
    private Turns MakeTurns() => Interlocked.CompareExchange(ref _turns, new Turns(Candidates), null) ?? _turns;

    private double[] MakeSums()
    {
        var sums = new double[Candidates.Length];
        var sum = 0.0;
        for (var i = 0; i < sums.Length; i++)
            sums[i] = sum += Candidates[i].Share;
        return _sums = sums;
    }
}
