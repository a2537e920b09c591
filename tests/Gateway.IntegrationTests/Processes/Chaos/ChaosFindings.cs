using System.Text.Json;
using Gateway.Chaos.Load;
using Gateway.Chaos.Scenarios;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Processes.Chaos;

/// <summary>What clients, backends, metrics and access log say of one scenario, and what must hold of it.</summary>
internal sealed record ChaosFindings(SceneReport Report, MetricsPage Metrics, IReadOnlyList<JsonElement> AccessLog)
{
    // What the gateway says where the request had reached a backend that died, broke off or did not answer.
    private static readonly string[] AfterSending =
        ["gateway; error=connection_terminated", "gateway; error=http_response_timeout", "gateway; error=http_response_incomplete"];

    // What it says when no backend can serve.
    private static readonly string[] AllGoneTitles = ["No healthy backends", "Circuit open", "Backend unreachable", "Backend closed the connection"];

    private Tally Tally => Report.Tally;

    public void AssertNoGetFailed() => Assert.True(!Tally.FailedGets.Any(), Report.ToString());

    /// <summary>A POST may only fail where its bytes had reached a backend that something was done to.</summary>
    public void AssertEveryFailedPostReachedAVictim() => Assert.All(Tally.FailedPosts, failure =>
    {
        Assert.Contains(failure.ProxyStatus, AfterSending);
        Assert.Contains(LogOf(failure.Path).GetProperty("destination").GetString()!, Report.Scene.Victims);
    });

    /// <summary>While all are gone, requests are refused as documented; not one is once the gateway has them back.</summary>
    public void AssertOnlyRefusedWhileAllWereGone()
    {
        var recovered = Assert.NotNull(Report.Scene.RecoveredAt);
        Assert.NotEmpty(Tally.Failures);
        Assert.All(Tally.Failures, failure =>
        {
            Assert.Contains(failure.Title, AllGoneTitles);
            Assert.InRange(failure.At, 0, recovered);
        });
    }

    public void AssertNoPostIsDoneTwiceOrLost()
    {
        Assert.NotEmpty(Tally.Acknowledged);
        Assert.Empty(Report.DeliveredTwice);
        Assert.Empty(Report.AcknowledgedAndLost);
    }

    /// <summary>What the defaults allow: a fifth of the requests, or 10 a second over 10 s.</summary>
    public void AssertRetriesWithinTheBudget()
    {
        var retries = Metrics.Find("gateway_retries_total").Where(sample => sample.Labels["outcome"] != "budget_exhausted").Sum(sample => sample.Value);
        var requests = Metrics.Find("gateway_requests_total").Sum(sample => sample.Value);
        Assert.Equal(Tally.Requests, requests);
        Assert.InRange(retries, 0, Math.Max(0.2 * requests, 100));
    }

    public void AssertNothingIsHeld()
    {
        var permits = Metrics.Find("gateway_pool_permits_in_use");
        Assert.NotEmpty(permits);
        Assert.All(permits, sample => Assert.Equal(0, sample.Value));
        Assert.Equal(0, Metrics.Value("gateway_requests_in_flight"));
        Assert.True(Tally.Longest < SteadyClient.Patience, $"A request took {Tally.Longest}.");
    }

    public void AssertOneLogLineForEachRequest()
    {
        var paths = AccessLog.CountBy(line => line.GetProperty("path").GetString()!).ToList();
        Assert.All(paths, path => Assert.Equal(1, path.Value));
        Assert.Equal(Tally.Requests, paths.Count);
    }

    private JsonElement LogOf(string path) => AccessLog.Single(line => line.GetProperty("path").GetString() == path);
}
