using System.Collections.Concurrent;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Refusals;

namespace Gateway.Tests.LoadBalancing;

/// <summary>A gate whose turnstiles do what a test says.</summary>
internal sealed class FakeGate(string name, int hope) : IDestinationGate
{
    private readonly ConcurrentDictionary<DestinationId, FakeTurnstile> _turnstiles = new();

    public FakeTurnstile this[string destination] => _turnstiles.GetOrAdd(new("api", destination), static _ => new FakeTurnstile());

    public int Hope => hope;

    public IWaitingLine? Line { get; set; }

    public IReadOnlyList<ITurnstile> Closed { get; private set; } = [];

    public ITurnstile TurnstileOf(DestinationId id) => this[id.Destination];

    public IWaitingLine? LineOf(string clusterId) => Line;

    public Refusal Refuse(IReadOnlyList<ITurnstile> closed)
    {
        Closed = closed;
        return new() { Status = 503, Title = name, Detail = "", Gate = name, ProxyStatusError = "", GrpcStatus = 14 };
    }
}

/// <summary>Counts who is inside; remembers what it was told.</summary>
internal sealed class FakeTurnstile : ITurnstile
{
    private long _tickets;
    private int _inside;

    public int Permits { get; set; } = int.MaxValue;

    /// <summary>How often it looks open and refuses all the same: somebody was quicker.</summary>
    public int LosesRaces { get; set; }

    /// <summary>After how many looks at its closed state somebody gives a permit back.</summary>
    public int OpensAfterLooks { get; set; } = int.MaxValue;

    /// <summary>At how many looks it is open once, and closed at the others.</summary>
    public int OpensOnceIn { get; set; }

    private int _looks;

    public int Inside => _inside;

    public ConcurrentQueue<(long Ticket, string Word)> Told { get; } = new();

    public bool IsOpen
    {
        get
        {
            if (OpensOnceIn > 0)
                return ++_looks % OpensOnceIn == 0;
            if (OpensAfterLooks < int.MaxValue && OpensAfterLooks-- == 0)
                (Permits, OpensAfterLooks) = (int.MaxValue, int.MaxValue);
            return Volatile.Read(ref _inside) < Permits;
        }
    }

    public bool TryEnter(out long ticket)
    {
        ticket = Interlocked.Increment(ref _tickets);
        if (LosesRaces > 0)
        {
            LosesRaces--;
            return false;
        }
        if (Interlocked.Increment(ref _inside) <= Permits)
            return true;
        Interlocked.Decrement(ref _inside);
        return false;
    }

    public void Judge(long ticket, AttemptOutcome outcome) => Told.Enqueue((ticket, outcome.ToString()));

    public void Leave(long ticket)
    {
        Interlocked.Decrement(ref _inside);
        Told.Enqueue((ticket, "Leave"));
    }
}
