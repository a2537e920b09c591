using Gateway.Health;
using Gateway.Tests.Support;

namespace Gateway.Tests.Health;

/// <summary>A cluster of five destinations, and who of them is available.</summary>
public abstract class EjectionTestBase
{
    private protected readonly TickClock Time = new();
    private protected readonly RecordingLogger<EjectionLimit> Log = new();
    private protected readonly ProbedHealth Probed;
    private protected readonly EjectionLimit Limit;
    private protected readonly UpTimes UpTimes;

    protected EjectionTestBase()
    {
        Probed = new ProbedHealth(Time, new RecordingLogger<ProbedHealth>());
        Limit = new EjectionLimit(Probed, Log);
        UpTimes = new UpTimes(Time);
    }

    private protected Cluster Of(string settings)
    {
        var snapshot = House.OfCluster("api", settings, "a", "b", "c", "d", "e");
        Probed.Follow(snapshot);
        Limit.Apply(snapshot);
        return new Cluster(snapshot);
    }

    private protected void Down(string destination) => Report(destination, "connection refused");

    private protected void Up(string destination) => Report(destination, null);

    private protected string[] Available(Cluster cluster) => [.. new HealthyAndUnknown(Limit, Probed, UpTimes)
        .GetAvailalableDestinations(cluster.State.Model.Config, cluster.All).Select(destination => destination.DestinationId)];

    private void Report(string destination, string? failure)
    {
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Probed.Of(new("api", destination)).Report(failure, new(), TestContext.Current.CancellationToken);
    }
}
