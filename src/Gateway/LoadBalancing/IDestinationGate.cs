using Gateway.Configuration;
using Gateway.Refusals;

namespace Gateway.LoadBalancing;

/// <summary>
/// A gate that stands before every destination and can refuse a request the way to it. The chooser
/// asks all of them, in the order of their registration.
/// </summary>
internal interface IDestinationGate
{
    /// <summary>How soon a refusal may be over: where several gates refuse, the most hopeful one is told.</summary>
    int Hope { get; }

    /// <summary>The gate's turnstile before one destination: the same object for as long as the id is configured.</summary>
    ITurnstile TurnstileOf(DestinationId id);

    /// <summary>The turnstile before one destination for an exchange that is a stream; the same as for any other where the gate makes no difference.</summary>
    ITurnstile StreamTurnstileOf(DestinationId id) => TurnstileOf(id);

    /// <summary>The line in which requests to this cluster wait for a turnstile of this gate; null where nobody waits.</summary>
    IWaitingLine? LineOf(string clusterId);

    /// <summary>Has the gate say when a turnstile of a cluster, by its id, may have opened though no request left it.</summary>
    void OnOpening(Action<string> opening)
    {
    }

    /// <summary>What a client is told when these turnstiles of this gate are closed.</summary>
    Refusal Refuse(IReadOnlyList<ITurnstile> closed);
}

/// <summary>What lets one request at a time through to a destination, or does not. Thread-safe.</summary>
internal interface ITurnstile
{
    /// <summary>Whether a request could enter now. Takes nothing; another one may be quicker.</summary>
    bool IsOpen { get; }

    /// <summary>Enters, or says no. Who entered calls <see cref="Judge"/> once, then <see cref="Leave"/> once, with the ticket it got.</summary>
    bool TryEnter(out long ticket);

    /// <summary>Says what became of the attempt, as soon as that is known.</summary>
    void Judge(long ticket, AttemptOutcome outcome);

    /// <summary>The exchange is over: its last byte is sent or it was broken off.</summary>
    void Leave(long ticket);
}

/// <summary>What an attempt says about its destination.</summary>
internal enum AttemptOutcome
{
    /// <summary>Nothing: the client left, or the attempt never began.</summary>
    None,

    /// <summary>The destination answered.</summary>
    Success,

    /// <summary>No connection, a connection lost before the response's headers, a time-out, or 502, 503, 504.</summary>
    Failure,
}

/// <summary>Where requests wait for a turnstile, first come first served. Thread-safe.</summary>
internal interface IWaitingLine
{
    /// <summary>Whether somebody in line may try now; who comes later then stands behind and does not try first.</summary>
    bool IsTrying { get; }

    /// <summary>Something may be possible that was not: lets the first in line try.</summary>
    void Signal();

    /// <summary>Joins the line; null when it is full or nobody may wait.</summary>
    IPlaceInLine? Join();
}

/// <summary>A place in a waiting line; disposing it leaves the line and lets the next one try.</summary>
internal interface IPlaceInLine : IDisposable
{
    /// <summary>Waits until it makes sense to try; false when the time to wait is over.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);

    /// <summary>Tried in vain: lets the next in line try, and keeps the place.</summary>
    void PassOn();
}
