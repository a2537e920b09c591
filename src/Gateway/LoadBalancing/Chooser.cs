using System.Collections.Frozen;
using Gateway.Refusals;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>
/// Chooses the destination of an attempt among those that can take it, and enters its turnstiles in
/// the same step, so that two requests never both get the last permit or the one probe.
/// </summary>
internal sealed class Chooser(Rosters rosters, IEnumerable<ILoadBalancingPolicy> policies)
{
    /// <summary>The policy of a cluster that names none.</summary>
    public static readonly string DefaultPolicy = LoadBalancingPolicies.RoundRobin;

    // Choosing never waits, so a thread's list is free again before the thread does anything else.
    [ThreadStatic]
    private static List<DestinationState>? _eligible;

    private readonly FrozenDictionary<string, ILoadBalancingPolicy> _policies =
        policies.ToFrozenDictionary(policy => policy.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Chooses at once or, where a gate lets requests wait, in time.</summary>
    public ValueTask<Choice> ChooseAsync(in Wish wish, CancellationToken cancellationToken)
    {
        var roster = rosters.Of(wish.Cluster);
        var choice = FirstLineInUse(roster) is var line and >= 0 ? Choice.Refused(line) : TryChoose(wish, roster);
        return choice.IsAdmitted || choice.Gate < 0 || roster.Lines[choice.Gate] is not { } waiting
            ? new(choice) : WaitAsync(wish, choice, waiting, cancellationToken);
    }

    /// <summary>Whether any destination could take the request now.</summary>
    public bool IsAnyLeft(in Wish wish) => FindEligible(wish, rosters.Of(wish.Cluster)).Count > 0;

    private async ValueTask<Choice> WaitAsync(Wish wish, Choice choice, IWaitingLine waiting, CancellationToken cancellationToken)
    {
        using var place = waiting.Join();
        using var mark = new WaitingMark(wish.Context);
        while (place is not null && await place.WaitAsync(cancellationToken))
        {
            var roster = rosters.Of(wish.Cluster);
            choice = TryChoose(wish, roster);
            if (choice.IsAdmitted || choice.Gate < 0 || roster.Lines[choice.Gate] != waiting)
                return choice;
            // What came back is not for this request, which may be bound elsewhere; it may be for the next.
            place.PassOn();
        }
        // Whoever stood in line from the start has no refusal yet; trying for one now would overtake those ahead.
        return choice.Refusal is not null ? choice : Choice.Refused(choice.Gate, rosters.Gates[choice.Gate].Refuse([]));
    }

    private static int FirstLineInUse(Roster roster)
    {
        var lines = roster.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] is { IsTrying: true })
                return i;
        }
        return -1;
    }

    private Choice TryChoose(in Wish wish, Roster roster)
    {
        // Each turn of the loop is lost to somebody who got in, or to something that opened while the no was
        // put together; what is left is looked at anew.
        while (true)
        {
            var eligible = FindEligible(wish, roster);
            if (eligible.Count == 0)
            {
                if (Refuse(wish, roster) is { } refused)
                    return refused;
                continue;
            }
            var destination = eligible.Count == 1 ? eligible[0]
                : PolicyOf(wish.Cluster).PickDestination(wish.Context, wish.Cluster, eligible);
            if (destination is null || roster.Find(destination) is not { } candidate)
                return Choice.Refused(-1, NoHealthyBackends);
            var admission = new Admission(candidate);
            if (admission.TryEnter())
                return Choice.Admitted(admission);
        }
    }

    // A request that waits, or is tried again, goes to those that a reload put in the place of its own.
    private static ReadOnlySpan<Candidate> Candidates(in Wish wish, Roster roster)
    {
        var candidates = roster.Align(wish.Destinations);
        return candidates.IsEmpty && !wish.Affine && wish.Destinations.Count > 0
            ? roster.Align(wish.Cluster.DestinationsState.AvailableDestinations) : candidates;
    }

    private static List<DestinationState> FindEligible(in Wish wish, Roster roster)
    {
        var candidates = Candidates(wish, roster);
        var eligible = _eligible ??= [];
        eligible.Clear();
        foreach (var candidate in candidates)
        {
            if (wish.Excludes(candidate) is false && candidate.FirstClosed() < 0)
                eligible.Add(candidate.Destination);
        }
        return eligible;
    }

    // Null when a destination can take the request after all.
    private Choice? Refuse(in Wish wish, Roster roster)
    {
        var closed = new List<ITurnstile>[rosters.Gates.Length];
        foreach (var candidate in Candidates(wish, roster))
        {
            if (wish.Excludes(candidate))
                continue;
            var gate = candidate.FirstClosed();
            if (gate < 0)
                return null;
            (closed[gate] ??= []).Add(candidate.Turnstiles[gate]);
        }
        var told = -1;
        for (var i = 0; i < closed.Length; i++)
        {
            if (closed[i] is not null && (told < 0 || rosters.Gates[i].Hope > rosters.Gates[told].Hope))
                told = i;
        }
        return told < 0 ? Choice.Refused(-1, NoHealthyBackends) : Choice.Refused(told, rosters.Gates[told].Refuse(closed[told]));
    }

    /// <summary>The policy that a cluster's requests are spread by.</summary>
    public ILoadBalancingPolicy PolicyOf(ClusterState cluster) =>
        _policies[cluster.Model.Config.LoadBalancingPolicy is { Length: > 0 } name ? name : DefaultPolicy];

    private static readonly Refusal NoHealthyBackends = new()
    {
        Status = StatusCodes.Status502BadGateway,
        Title = "No healthy backends",
        Gate = "health",
        ProxyStatusError = "destination_unavailable",
        GrpcStatus = Refusal.GrpcUnavailable,
        Detail = "None of the backends that serve this route is up.",
    };
}

/// <summary>What a request wants of the chooser.</summary>
/// <param name="Context">The request.</param>
/// <param name="Cluster">The cluster that serves it.</param>
/// <param name="Destinations">The destinations in question: healthy, and the affine ones where there is affinity.</param>
/// <param name="Affine">Whether the client is bound to them; then a weight of 0 does not count.</param>
/// <param name="Tried">Those that were tried already and are not to be tried again.</param>
internal readonly record struct Wish(
    HttpContext Context, ClusterState Cluster, IReadOnlyList<DestinationState> Destinations, bool Affine, IReadOnlyList<DestinationState>? Tried)
{
    public bool Excludes(Candidate candidate) =>
        (candidate.Weight == 0 && !Affine) || (Tried is not null && Tried.Contains(candidate.Destination));
}

/// <summary>What the chooser says: a destination, or why there is none.</summary>
internal readonly struct Choice
{
    /// <summary>The chosen destination with its turnstiles entered; only when <see cref="IsAdmitted"/>.</summary>
    public Admission Admission { get; private init; }

    public bool IsAdmitted { get; private init; }

    /// <summary>The index of the gate that refused; -1 when no destination was there to ask for.</summary>
    public int Gate { get; private init; }

    public Refusal? Refusal { get; private init; }

    public static Choice Admitted(Admission admission) => new() { Admission = admission, IsAdmitted = true };

    public static Choice Refused(int gate, Refusal? refusal = null) => new() { Gate = gate, Refusal = refusal };
}
