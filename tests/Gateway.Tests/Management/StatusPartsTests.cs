using System.Text.Json;
using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.Health;
using Gateway.Pooling;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Management;

/// <summary>Who reads the status changes nothing by it.</summary>
public sealed class StatusPartsTests : IDisposable
{
    private static readonly DestinationId Gone = new("gone", "d");
    private readonly FakeTimeProvider _time = new();
    private readonly Utf8JsonWriter _json = new(Stream.Null, new() { SkipValidation = true });

    public void Dispose() => _json.Dispose();

    [Fact]
    public void PoolThatIsGone_IsNotBroughtBackByWhoLooksAtIt()
    {
        var gate = new PoolGate(_time);

        new PoolStatus(gate).Write(_json, Gone);
        new PoolStatus(gate).Write(_json, Gone.Cluster);

        Assert.Empty(gate.Pools);
        Assert.Null(gate.Look(Gone.Cluster));
    }

    [Fact]
    public void CircuitThatIsGone_IsNotBroughtBackByWhoLooksAtIt()
    {
        var gate = new CircuitGate(_time, new RecordingLogger<CircuitGate>());

        new CircuitStatus(gate).Write(_json, Gone);

        Assert.Empty(gate.Circuits);
    }

    [Fact]
    public void HealthThatIsGone_IsNotBroughtBackByWhoLooksAtIt()
    {
        var probed = new ProbedHealth(_time, new RecordingLogger<ProbedHealth>());

        Assert.False(probed.Look(Gone).Standing.IsKnown);

        Assert.Empty(probed.All);
    }
}
