using System.Collections.Frozen;
using System.Runtime.InteropServices;
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

    // Far more than are ever lost in a row to other requests.
    private const int MaxTurns = 100;

    // Choosing never waits, so a thread's list is free again before the thread does anything else.
    [ThreadStatic]
    private static List<Candidate>? _eligible;

    private readonly FrozenDictionary<string, ILoadBalancingPolicy> _policies =
        policies.ToFrozenDictionary(policy => policy.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Chooses at once or, where a gate lets requests wait, in time.</summary>
    /// <param name="wish">What is wanted.</param>
    /// <param name="cancellationToken">Ends the waiting with the request.</param>
    /// <param name="patience">Ends the waiting with the refusal of the gate that is waited for; ends with the request as well.</param>
    public ValueTask<Choice> ChooseAsync(in Wish wish, CancellationToken cancellationToken, CancellationToken patience = default)
    {
        var choice = Choose(wish);
        if (choice.IsAdmitted)
            return new(choice);
        if (LineOf(choice, wish) is { } waiting)
            return WaitAsync(wish, choice, waiting, cancellationToken, patience);
        return wish.MayMove ? ChooseAsync(wish.Unbound, cancellationToken, patience) : new(choice);
    }

    /// <summary>Chooses without waiting, and without overtaking those who wait.</summary>
    public Choice ChooseNow(in Wish wish)
    {
        var choice = Choose(wish);
        return !choice.IsAdmitted && wish.MayMove && LineOf(choice, wish) is null ? Choose(wish.Unbound) : choice;
    }

    /// <summary>Whether any destination could take the request now.</summary>
    public bool IsAnyLeft(in Wish wish)
    {
        var now = wish.Cluster.DestinationsState;
        foreach (var candidate in LineUp(wish, rosters.Of(wish.Cluster, now), now).Candidates)
        {
            if (wish.Takes(candidate))
                return true;
        }
        return wish.MayMove && IsAnyLeft(wish.Unbound);
    }

    // Null where waiting is of no use, or is not allowed.
    private IWaitingLine? LineOf(in Choice refused, in Wish wish) => refused.Gate < 0 ? null : rosters.Of(wish.Cluster).Lines[refused.Gate];

    private Choice Choose(in Wish wish) => TryChoose(wish, overtakes: false);

    private static async ValueTask<bool> WaitAsync(IPlaceInLine place, CancellationToken cancellationToken, CancellationToken patience)
    {
        try
        {
            return await place.WaitAsync(patience.CanBeCanceled ? patience : cancellationToken);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<Choice> WaitAsync(
        Wish wish, Choice choice, IWaitingLine waiting, CancellationToken cancellationToken, CancellationToken patience)
    {
        using var place = waiting.Join();
        using var mark = new WaitingMark(wish.Context);
        while (place is not null && await WaitAsync(place, cancellationToken, patience))
        {
            choice = TryChoose(wish, overtakes: true);
            if (!choice.IsAdmitted && wish.MayMove && LineOf(choice, wish) is null)
                choice = TryChoose(wish = wish.Unbound, overtakes: true);
            if (choice.IsAdmitted || LineOf(choice, wish) != waiting)
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

    // A request at the head of a line tries ahead of those that stand in it.
    private Choice TryChoose(in Wish wish, bool overtakes)
    {
        (Candidate? lost, var gate) = (null, -1);
        // Each turn of the loop is lost to somebody who got in, or to something that opened while the no was
        // put together; what is left is looked at anew, with the health of that moment.
        for (var turn = 0; turn < MaxTurns; turn++)
        {
            var now = wish.Cluster.DestinationsState;
            var roster = rosters.Of(wish.Cluster, now);
            if (!overtakes && FirstLineInUse(roster) is var line and >= 0)
                return Choice.Refused(line);
            var lineup = LineUp(wish, roster, now);
            var policy = roster.Policy ??= PolicyOf(wish.Cluster);
            var candidate = PickAtOnce(wish, lineup, policy);
            if (candidate is null)
            {
                var eligible = FindEligible(wish, lineup);
                if (eligible.Count == 0)
                {
                    if (Refuse(wish, lineup) is { } refused)
                        return refused;
                    continue;
                }
                candidate = PickAmong(wish, roster, policy, eligible);
                if (candidate is null)
                    return Choice.Refused(-1, NoHealthyBackends);
            }
            var admission = new Admission(candidate, wish.IsStream);
            if (admission.TryEnter(out gate))
                return Choice.Admitted(admission);
            lost = candidate;
        }
        // A turnstile that says it is open and lets no request in must not keep a thread.
        return lost is null ? Choice.Refused(-1, NoHealthyBackends)
            : Choice.Refused(gate, rosters.Gates[gate].Refuse([lost.TurnstilesOf(wish.IsStream)[gate]]));
    }

    private static Lineup LineUp(in Wish wish, Roster roster, ClusterDestinationsState now)
    {
        if (wish.Destinations is not { } wanted)
            return roster.LineUp(now.AvailableDestinations, affine: false);
        return !wish.Affine || AreUp(wanted, now) ? roster.LineUp(wanted, wish.Affine)
            // Not kept by the roster: the turns of all others are counted by the line-ups that it keeps.
            : Lineup.Of(roster, [.. wanted.Where(now.AvailableDestinations.Contains)], affine: true);
    }

    private static bool AreUp(IReadOnlyList<DestinationState> bound, ClusterDestinationsState now)
    {
        for (var i = 0; i < bound.Count; i++)
        {
            if (!now.AvailableDestinations.Contains(bound[i]))
                return false;
        }
        return true;
    }

    private static Candidate? PickAtOnce(in Wish wish, Lineup lineup, ILoadBalancingPolicy policy) => lineup.Candidates switch
    {
        [] => null,
        [var only] => wish.Takes(only) ? only : null,
        _ => policy is Picker picker ? picker.Pick(wish, lineup) : null,
    };

    private static Candidate? PickAmong(in Wish wish, Roster roster, ILoadBalancingPolicy policy, List<Candidate> eligible)
    {
        if (eligible.Count == 1)
            return eligible[0];
        if (policy is Picker picker)
            return picker.PickAmong(wish, roster, CollectionsMarshal.AsSpan(eligible));
        // Somebody else's policy knows destinations only.
        var destinations = eligible.ConvertAll(candidate => candidate.Destination);
        return policy.PickDestination(wish.Context, wish.Cluster, destinations) is { } destination ? roster.Find(destination) : null;
    }

    private static List<Candidate> FindEligible(in Wish wish, Lineup lineup)
    {
        var eligible = _eligible ??= [];
        eligible.Clear();
        foreach (var candidate in lineup.Candidates)
        {
            if (wish.Takes(candidate))
                eligible.Add(candidate);
        }
        return eligible;
    }

    // Null when a destination can take the request after all.
    private Choice? Refuse(in Wish wish, Lineup lineup)
    {
        var closed = new List<ITurnstile>[rosters.Gates.Length];
        foreach (var candidate in lineup.Candidates)
        {
            if (wish.WasTriedOn(candidate))
                continue;
            var gate = candidate.FirstClosed(wish.IsStream);
            if (gate < 0)
                return null;
            (closed[gate] ??= []).Add(candidate.TurnstilesOf(wish.IsStream)[gate]);
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
