using Gateway.Draining;
using Gateway.Tests.Support;

namespace Gateway.Tests.Draining;

public sealed class DrainStateTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly DrainState _state;

    public DrainStateTests() => _state = new DrainState(_meters);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Drain_ByManySignals_BeginsOnce()
    {
        var begun = 0;

        Threads.Run(Threads.Many, _ => Interlocked.Add(ref begun, _state.TryBegin() ? 1 : 0));

        Assert.Equal(1, begun);
    }

    [Fact]
    public void Readiness_FromTheFirstSignalOn_IsGone()
    {
        Assert.Null(_state.NotReadyBecause);
        Assert.Contains("gateway_draining{} 0", _meters.Observe());

        _state.TryBegin();

        Assert.Equal("the gateway is shutting down", _state.NotReadyBecause);
        Assert.Contains("gateway_draining{} 1", _meters.Observe());
    }

    [Fact]
    public void Settings_OfTheConfigurationInForce_Count()
    {
        _state.Apply(House.Read("""{ "Gateway": { "Drain": { "Delay": "00:00:02" } }, "ReverseProxy": { "Routes": {} } }"""));

        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30)), (_state.Settings.Delay, _state.Settings.Timeout));
    }
}
