using Gateway.Health;
using YarpHealth = Yarp.ReverseProxy.Model.DestinationHealth;

namespace Gateway.Tests.Health;

public sealed class AvailableDestinationsTests : EjectionTestBase
{
    private const string BothOn = """ "HealthCheck": { "Active": { "Enabled": true }, "Passive": { "Enabled": true } } """;

    [Fact]
    public void Available_AreAllThatNothingWasFoundAgainst()
    {
        var cluster = Of(BothOn);
        Down("a");
        cluster["b"].Health.Active = YarpHealth.Unhealthy;
        cluster["c"].Health.Passive = YarpHealth.Unhealthy;
        cluster["d"].Health.Active = YarpHealth.Healthy;

        Assert.Equal(["d", "e"], Available(cluster));
    }

    [Fact]
    public void Available_WithYarpsChecksOff_DoNotDependOnWhatTheyFoundOnce()
    {
        var cluster = Of("");
        cluster["b"].Health.Active = YarpHealth.Unhealthy;
        cluster["c"].Health.Passive = YarpHealth.Unhealthy;

        Assert.Equal(["a", "b", "c", "d", "e"], Available(cluster));
    }

    [Fact]
    public void Available_WithAllDown_AreNoneUnlessPanicIsAskedFor()
    {
        var cluster = Of("");
        foreach (var destination in cluster.All)
            Down(destination.DestinationId);

        Assert.Empty(Available(cluster));
        Assert.Equal(5, new HealthyOrPanic(Limit, Probed, UpTimes).GetAvailalableDestinations(cluster.State.Model.Config, cluster.All).Count);
    }

    [Theory]
    [InlineData("", "HealthyAndUnknown")]
    [InlineData(""" "HealthCheck": { "AvailableDestinationsPolicy": "HealthyOrPanic" } """, "HealthyOrPanic")]
    public async Task Policy_OfACluster_IsHealthyAndUnknownUnlessSet(string settings, string policy)
    {
        var config = await new HealthyByDefault().ConfigureClusterAsync(Of(settings).State.Model.Config, TestContext.Current.CancellationToken);

        Assert.Equal(policy, config.HealthCheck!.AvailableDestinationsPolicy);
    }
}
