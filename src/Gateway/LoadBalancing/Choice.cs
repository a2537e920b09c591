using Gateway.Refusals;

namespace Gateway.LoadBalancing;

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
