using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>A destination that was chosen, with every turnstile before it entered. Used by one request's flow.</summary>
internal struct Admission(Candidate candidate)
{
    /// <summary>As many gates as can stand before a destination.</summary>
    public const int MaxGates = 4;

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
    public bool TryEnter()
    {
        foreach (var turnstile in candidate.Turnstiles)
        {
            if (!turnstile.TryEnter(out _tickets[_entered]))
            {
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
            candidate.Turnstiles[i].Judge(_tickets[i], outcome);
    }

    /// <summary>Gives everything back. An attempt that nobody judged says nothing about its destination.</summary>
    public void Leave()
    {
        Judge(AttemptOutcome.None);
        for (var i = _entered - 1; i >= 0; i--)
            candidate.Turnstiles[i].Leave(_tickets[i]);
        _entered = 0;
        if (_counted)
            candidate.Load!.Leave();
        _counted = false;
    }
}
