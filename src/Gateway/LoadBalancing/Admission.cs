using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>A destination that was chosen, with every turnstile before it entered. Used by one request's flow.</summary>
internal struct Admission(Candidate candidate, bool isStream = false)
{
    /// <summary>As many gates as can stand before a destination.</summary>
    public const int MaxGates = 4;

    private ITurnstile[] _turnstiles = candidate.TurnstilesOf(isStream);
    private Tickets _tickets;
    private int _entered;
    private bool _judged;
    private bool _counted;

    [InlineArray(MaxGates)]
    private struct Tickets
    {
        private long _first;
    }

    public readonly DestinationState Destination => candidate.Destination;

    /// <summary>Enters all turnstiles, or none.</summary>
    public bool TryEnter() => TryEnter(out _);

    /// <inheritdoc cref="TryEnter()"/>
    /// <param name="closed">The index of the gate that did not let it in; -1 where all did.</param>
    public bool TryEnter(out int closed)
    {
        closed = -1;
        foreach (var turnstile in _turnstiles)
        {
            if (!turnstile.TryEnter(out _tickets[_entered]))
            {
                closed = _entered;
                Leave();
                return false;
            }
            _entered++;
        }
        if (candidate.Load is { } load)
        {
            load.Enter();
            _counted = true;
        }
        return true;
    }

    /// <summary>Says what became of the attempt; only the first word counts.</summary>
    public void Judge(AttemptOutcome outcome)
    {
        if (_judged)
            return;
        _judged = true;
        for (var i = 0; i < _entered; i++)
            _turnstiles[i].Judge(_tickets[i], outcome);
    }

    /// <summary>
    /// Goes on as a stream: enters the turnstiles for those and leaves the others, or stays as it was and says no.
    /// What became of the attempt is known by then, and said once.
    /// </summary>
    public bool TryBecomeStream()
    {
        if (!_judged || _entered < _turnstiles.Length)
            return false;
        var streams = candidate.StreamTurnstiles;
        var tickets = _tickets;
        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i] == _turnstiles[i] || streams[i].TryEnter(out tickets[i]))
                continue;
            LeaveWhereOther(streams, ref tickets, _turnstiles, upTo: i);
            return false;
        }
        LeaveWhereOther(_turnstiles, ref _tickets, streams, upTo: streams.Length);
        (_turnstiles, _tickets) = (streams, tickets);
        return true;
    }

    /// <summary>Gives everything back. An attempt that nobody judged says nothing about its destination.</summary>
    public void Leave()
    {
        Judge(AttemptOutcome.None);
        for (var i = _entered - 1; i >= 0; i--)
            _turnstiles[i].Leave(_tickets[i]);
        _entered = 0;
        if (_counted)
            candidate.Load!.Leave();
        _counted = false;
    }

    private static void LeaveWhereOther(ITurnstile[] turnstiles, ref Tickets tickets, ITurnstile[] others, int upTo)
    {
        for (var i = 0; i < upTo; i++)
        {
            if (turnstiles[i] != others[i])
                turnstiles[i].Leave(tickets[i]);
        }
    }
}
