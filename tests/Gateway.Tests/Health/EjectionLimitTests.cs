using Gateway.Health;
using Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using YarpHealth = Yarp.ReverseProxy.Model.DestinationHealth;

namespace Gateway.Tests.Health;

public sealed class EjectionLimitTests : EjectionTestBase
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(19, 0)]
    [InlineData(20, 1)]
    [InlineData(39, 1)]
    [InlineData(59, 2)]
    [InlineData(60, 3)]
    [InlineData(99, 4)]
    [InlineData(100, 5)]
    public void Out_OfFiveThatAreDown_AreNeverMoreThanThePercentage(int percent, int allowed)
    {
        var cluster = Of(Percent(percent));
        foreach (var destination in cluster.All)
            Down(destination.DestinationId);

        Assert.Equal(5 - allowed, Available(cluster).Length);
    }

    [Fact]
    public void FirstToGoDown_StayOut_AndTheLatestStayIn()
    {
        var cluster = Of(Percent(40));
        foreach (var destination in (string[])["d", "b", "a", "c"])
        {
            Down(destination);
            Available(cluster);
        }

        Assert.Equal(["a", "c", "e"], Available(cluster));
    }

    [Fact]
    public void FoundDownAtOnce_AreOrderedByTheirProbes()
    {
        var cluster = Of(Percent(40));
        foreach (var destination in (string[])["d", "b", "a", "c"])
            Down(destination);

        Assert.Equal(["a", "c", "e"], Available(cluster));
    }

    [Fact]
    public void OneThatComesBack_MakesRoomForTheNext_AndGoesBehindIt()
    {
        var cluster = Of(Percent(20));
        Down("a");
        Available(cluster);
        Down("b");
        Assert.Equal(["b", "c", "d", "e"], Available(cluster));

        Up("a");
        Assert.Equal(["a", "c", "d", "e"], Available(cluster));
        Down("a");

        Assert.Equal(["a", "c", "d", "e"], Available(cluster));
    }

    [Fact]
    public void Limit_CountsWhatYarpsChecksFoundToo()
    {
        var cluster = Of(""" "HealthCheck": { "MaxEjectedPercent": 40, "Active": { "Enabled": true }, "Passive": { "Enabled": true } } """);
        cluster["a"].Health.Active = YarpHealth.Unhealthy;
        Available(cluster);
        cluster["b"].Health.Passive = YarpHealth.Unhealthy;
        Available(cluster);
        Down("c");

        Assert.Equal(["c", "d", "e"], Available(cluster));
        Assert.Single(Log.Lines);
    }

    [Fact]
    public void KeptIn_IsToldOnce_UntilItIsUpOrOut()
    {
        var cluster = Of(Percent(50));
        foreach (var destination in (string[])["a", "b", "c"])
            Down(destination);
        for (var i = 0; i < 3; i++)
            Available(cluster);
        Assert.Equal("Destination c of cluster api stays in although it is down: MaxEjectedPercent of 50 leaves 2 of 5 out", Assert.Single(Log.Lines));
        Assert.True(Probed.Of(new("api", "c")).Ejection.KeptIn);

        Up("c");
        Available(cluster);
        Assert.False(Probed.Of(new("api", "c")).Ejection.KeptIn);
        Down("c");
        Available(cluster);

        Assert.Equal(2, Log.Lines.Count);
    }

    [Fact]
    public void Limit_ChangedByASave_HoldsFromTheNextLookOn()
    {
        var cluster = Of(Percent(100));
        Down("a");
        Down("b");
        Assert.Equal(["c", "d", "e"], Available(cluster));

        cluster = Of(Percent(20));
        Assert.Equal(["b", "c", "d", "e"], Available(cluster));
        cluster = Of("");

        Assert.Equal(["c", "d", "e"], Available(cluster));
    }

    [Fact]
    public void Panic_WithSomeKeptIn_IsNotNeeded()
    {
        var cluster = Of(Percent(80));
        foreach (var destination in cluster.All)
            Down(destination.DestinationId);

        Assert.Equal("e", Assert.Single(new HealthyOrPanic(Limit, Probed, UpTimes).GetAvailalableDestinations(cluster.State.Model.Config, cluster.All)).DestinationId);
    }

    [Fact]
    public void Looks_OnManyThreadsAtManyClusters_KeepWithinTheLimit()
    {
        var probed = new ProbedHealth(Time, NullLogger<ProbedHealth>.Instance);
        var limit = new EjectionLimit(probed, NullLogger<EjectionLimit>.Instance);
        var snapshot = House.OfCluster("api", Percent(50), [.. Enumerable.Range(0, 9).Select(i => $"d{i}")]);
        probed.Follow(snapshot);
        limit.Apply(snapshot);
        var cluster = new Cluster(snapshot);
        var looking = new Lock();
        var token = TestContext.Current.CancellationToken;

        Threads.Run(Threads.Many, thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 500; i++)
            {
                probed.Of(new("api", $"d{random.Next(9)}")).Report(random.Next(3) > 0 ? "timed out" : null, new(), token);
                // As YARP does it: for one cluster one at a time.
                lock (looking)
                    Assert.InRange(limit.FindAvailable(cluster.State.Model.Config, cluster.All).Count, 5, 9);
            }
        });
    }

    private static string Percent(int percent) => $$""" "HealthCheck": { "MaxEjectedPercent": {{percent}} } """;
}
