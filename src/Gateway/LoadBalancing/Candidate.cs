using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>A destination with all that stands before it.</summary>
/// <param name="Destination">YARP's state of it.</param>
/// <param name="Turnstiles">The gates' turnstiles, in their order.</param>
/// <param name="Weight">Its share, 0 to 1000; 0 takes no new requests.</param>
internal sealed record Candidate(DestinationState Destination, ITurnstile[] Turnstiles, int Weight)
{
    /// <summary>The share when nothing starts slowly. Destinations of weight 0 are chosen only for a client that is bound to them; then they count like any other.</summary>
    public int FullShare => Math.Max(1, Weight);

    /// <summary>The share now; smaller than <see cref="FullShare"/> while it starts slowly.</summary>
    public double Share { get; set; } = Math.Max(1, Weight);

    /// <summary>Where its turn stands among those of whom some cannot take requests; guarded by the roster's lock.</summary>
    public double Turn { get; set; }

    /// <summary>The requests that it has, where the policy bounds them.</summary>
    public InFlight? Load { get; init; }

    /// <summary>Its place among the keys of a consistent hash.</summary>
    public ulong Seed { get; init; }

    /// <summary>The line-up of it alone.</summary>
    public Lineup Alone => field ??= Lineup.OfOne(this);

    /// <summary>The gates' turnstiles for exchanges that are streams, in the same order.</summary>
    public ITurnstile[] StreamTurnstiles { get => field ?? Turnstiles; init; }

    public ITurnstile[] TurnstilesOf(bool stream) => stream ? StreamTurnstiles : Turnstiles;

    public int FirstClosed(bool stream)
    {
        var turnstiles = TurnstilesOf(stream);
        for (var i = 0; i < turnstiles.Length; i++)
        {
            if (!turnstiles[i].IsOpen)
                return i;
        }
        return -1;
    }

    /// <summary>Whether one more request would leave it within its share of the load.</summary>
    /// <param name="perWeight">The load that a weight of 1 may have.</param>
    public bool HasRoom(double perWeight) => Load is null || Load.Count + 1 <= Math.Ceiling((perWeight * FullShare) - 1e-9);

    // a/share(a) < b/share(b), without the division.
    public bool IsLessLoadedThan(Candidate other) =>
        (Destination.ConcurrentRequestCount + 1) * other.Share < (other.Destination.ConcurrentRequestCount + 1) * Share;

    public static int CompareNames(Candidate one, Candidate other) =>
        string.Compare(one.Destination.DestinationId, other.Destination.DestinationId, StringComparison.OrdinalIgnoreCase);
}
