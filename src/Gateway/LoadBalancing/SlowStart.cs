using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>Knows since when a destination is up. Thread-safe.</summary>
internal interface IUpSince
{
    /// <summary>The timestamp of the gateway's clock at which the destination came up; null when that is not known.</summary>
    long? Of(DestinationState destination);
}

/// <summary>The shares of destinations that came up a short time ago.</summary>
internal sealed class SlowStart(TimeSpan time, IUpSince upSince, TimeProvider clock)
{
    private const double Least = 0.1;

    // Shares follow in steps: whoever draws by them would otherwise have to look at the clock for each request.
    private const int Steps = 10;

    /// <summary>Sets the candidates' shares; returns the timestamp at which to do so again, or <see cref="long.MaxValue"/> when all have the whole of theirs.</summary>
    public long SetShares(ReadOnlySpan<Candidate> candidates)
    {
        var now = clock.GetTimestamp();
        var starting = false;
        foreach (var candidate in candidates)
        {
            var part = PartOf(candidate.Destination, now);
            starting |= part < 1;
            candidate.Share = candidate.FullShare * part;
        }
        return starting ? now + (long)(time / Steps / TimeSpan.FromSeconds(1) * clock.TimestampFrequency) : long.MaxValue;
    }

    private double PartOf(DestinationState destination, long now) =>
        upSince.Of(destination) is { } since ? Math.Clamp(clock.GetElapsedTime(since, now) / time, Least, 1) : 1;
}
