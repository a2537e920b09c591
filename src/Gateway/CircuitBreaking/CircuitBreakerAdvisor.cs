using Gateway.Configuration;

namespace Gateway.CircuitBreaking;

/// <summary>Compares the break with the TCP probe, where there are probes: whichever is faster meets a dead backend first; and finds limits under which no circuit opens.</summary>
internal sealed class CircuitBreakerAdvisor : IConfigurationAdvisor
{
    // Probes belong to another gate, which may be gone: their settings are asked for by path.
    private const string ProbeEnabled = "HealthCheck:Tcp:Enabled";
    private const string ProbeTimeout = "HealthCheck:Tcp:Timeout";
    private static readonly string Break = $"{CircuitBreakerSettings.Section.Path}:{nameof(CircuitBreakerSettings.BreakDuration)}";

    private static readonly string MaxEjectedPercent = $"{CircuitBreakerSettings.Section.Path}:{nameof(CircuitBreakerSettings.MaxEjectedPercent)}";

    public IEnumerable<Advice> Advise(Snapshot snapshot) => OfBreak(snapshot).Concat(OfEjection(snapshot));

    private static IEnumerable<Advice> OfBreak(Snapshot snapshot) =>
        from cluster in snapshot.Clusters
        let breaker = snapshot.Get(CircuitBreakerSettings.Section, cluster.ClusterId)
        let timeout = snapshot.Find<TimeSpan>(cluster.ClusterId, ProbeTimeout)
        where breaker is { Enabled: true } && breaker.BreakDuration < timeout && snapshot.Find<bool>(cluster.ClusterId, ProbeEnabled) is true
        select new Advice(snapshot.PathOf(cluster.ClusterId, Break, ProbeTimeout),
            $"a BreakDuration of {Quantity.Of(breaker.BreakDuration)} is shorter than the {Quantity.Of(timeout.Value)} of the TCP probe's Timeout, so requests are let through to a backend that hangs before a probe has found it down; a BreakDuration of at least {Quantity.Of(timeout.Value)} would fit.");

    private static IEnumerable<Advice> OfEjection(Snapshot snapshot) =>
        from cluster in snapshot.Clusters
        let breaker = snapshot.Get(CircuitBreakerSettings.Section, cluster.ClusterId)
        where breaker is { Enabled: true }
        let advice = Percentage.AdviseOfNone(snapshot, cluster.ClusterId, MaxEjectedPercent, breaker.MaxEjectedPercent, "no circuit ever opens")
        where advice is not null
        select advice;
}
