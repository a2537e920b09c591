using System.Diagnostics.Metrics;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;
using Polly.CircuitBreaker;

namespace Gateway.CircuitBreaking;

/// <summary>The state of every circuit.</summary>
internal sealed class CircuitMetrics
{
    public CircuitMetrics(IMeterFactory meters, CircuitGate gate, LiveIds live) => meters.Create(Meters.Gateway).CreateObservableGauge("gateway_circuit_state",
        () => gate.Circuits.Where(circuit => live.Have(circuit.Key)).Select(circuit => new Measurement<int>(Number(circuit.Value.State), new("cluster", circuit.Key.Cluster), new("destination", circuit.Key.Destination))),
        description: "The circuit before a destination: 0 closed, 1 half-open, 2 open.");

    private static int Number(CircuitState state) => state switch
    {
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        _ => 2,
    };
}
