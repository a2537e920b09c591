using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.SessionAffinity;

namespace Gateway.LoadBalancing;

/// <summary>What a request wants of the chooser.</summary>
/// <param name="Context">The request.</param>
/// <param name="Cluster">The cluster that serves it.</param>
/// <param name="Destinations">The destinations in question; null: all that are available at the moment of the choice.</param>
/// <param name="Affine">Whether the client is bound to them: a weight of 0 does not count then, and they have to be available as all others do.</param>
/// <param name="Tried">Those that were tried already and are not to be tried again.</param>
internal readonly record struct Wish(
    HttpContext Context, ClusterState Cluster, IReadOnlyList<DestinationState>? Destinations, bool Affine, IReadOnlyList<DestinationState>? Tried)
{
    /// <summary>Whether the exchange is known to be a stream from its start, such as a WebSocket.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether a client that is bound goes to others while its own cannot serve it, as it does when its own is down.</summary>
    public bool MayMove => Affine && Cluster.Model.Config.SessionAffinity is { FailurePolicy: var policy }
        && (string.IsNullOrEmpty(policy) || policy.Equals(SessionAffinityConstants.FailurePolicies.Redistribute, StringComparison.OrdinalIgnoreCase));

    /// <summary>The wish of a client that is bound to nothing.</summary>
    public Wish Unbound => this with { Destinations = null, Affine = false };

    public bool WasTriedOn(Candidate candidate) => Tried is not null && Tried.Contains(candidate.Destination);

    /// <summary>Whether a candidate can take the request now.</summary>
    public bool Takes(Candidate candidate) => !WasTriedOn(candidate) && candidate.FirstClosed(IsStream) < 0;
}
