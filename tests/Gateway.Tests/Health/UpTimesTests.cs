using Gateway.Health;
using Gateway.Tests.Support;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Health;

public sealed class UpTimesTests : EjectionTestBase
{
    private readonly Cluster _cluster;

    public UpTimesTests() => _cluster = Of("");

    [Fact]
    public void Destinations_MetTogether_CameUpTogether()
    {
        Assert.Null(UpTimes.Of(_cluster["a"]));

        Look();

        Assert.NotNull(UpTimes.Of(_cluster["a"]));
        Assert.Equal(UpTimes.Of(_cluster["a"]), UpTimes.Of(_cluster["b"]));
    }

    [Fact]
    public void Destination_ThatWasDown_IsUpSinceItCameBack()
    {
        Look();
        var first = UpTimes.Of(_cluster["b"]);
        Down("a");
        Look();
        Assert.Null(UpTimes.Of(_cluster["a"]));

        Up("a");
        var back = Look();
        Look();

        Assert.Equal((back, first), (UpTimes.Of(_cluster["a"]), UpTimes.Of(_cluster["b"])));
    }

    [Fact]
    public void Destination_AtAnotherAddress_IsAnotherBackend()
    {
        Look();

        var moved = new DestinationModel(new DestinationConfig { Address = "http://127.0.0.1:7/" });
        typeof(DestinationState).GetProperty(nameof(DestinationState.Model))!.SetValue(_cluster["a"], moved);
        var now = Look();

        Assert.Equal(now, UpTimes.Of(_cluster["a"]));
        Assert.NotEqual(now, UpTimes.Of(_cluster["b"]));
    }

    // As YARP does whenever health or the destinations may have changed.
    private long Look()
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        Available(_cluster);
        return Time.GetTimestamp();
    }
}
