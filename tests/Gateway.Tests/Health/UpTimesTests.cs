using Gateway.Health;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Health;

public sealed class UpTimesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ProbedHealth _probed = new();
    private readonly UpTimes _upTimes;
    private readonly Cluster _cluster = new(House.OfCluster("api", "", "a", "b"));

    public UpTimesTests() => _upTimes = new UpTimes(_time);

    [Fact]
    public void Destinations_MetTogether_CameUpTogether()
    {
        Assert.Null(_upTimes.Of(_cluster["a"]));

        Look();

        Assert.NotNull(_upTimes.Of(_cluster["a"]));
        Assert.Equal(_upTimes.Of(_cluster["a"]), _upTimes.Of(_cluster["b"]));
    }

    [Fact]
    public void Destination_ThatWasDown_IsUpSinceItCameBack()
    {
        Look();
        var first = _upTimes.Of(_cluster["b"]);
        _probed.Of(new("api", "a")).Report("connection refused");
        Look();
        Assert.Null(_upTimes.Of(_cluster["a"]));

        _probed.Of(new("api", "a")).Report(null);
        var back = Look();
        Look();

        Assert.Equal((back, first), (_upTimes.Of(_cluster["a"]), _upTimes.Of(_cluster["b"])));
    }

    [Fact]
    public void Destination_AtAnotherAddress_IsAnotherBackend()
    {
        Look();

        var moved = new DestinationModel(new DestinationConfig { Address = "http://127.0.0.1:7/" });
        typeof(DestinationState).GetProperty(nameof(DestinationState.Model))!.SetValue(_cluster["a"], moved);
        var now = Look();

        Assert.Equal(now, _upTimes.Of(_cluster["a"]));
        Assert.NotEqual(now, _upTimes.Of(_cluster["b"]));
    }

    // As YARP does whenever health or the destinations may have changed.
    private long Look()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        new HealthyAndUnknown(_probed, _upTimes).GetAvailalableDestinations(_cluster.State.Model.Config, _cluster.All);
        return _time.GetTimestamp();
    }
}
