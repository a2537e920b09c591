using Gateway.Management.Traffic;
using Gateway.Refusals;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Management;

public sealed class TrafficSamplerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly ExchangeMetrics _metrics;
    private readonly TrafficSampler _sampler;

    public TrafficSamplerTests()
    {
        _metrics = new ExchangeMetrics(_meters, _time, new LiveIds(), new Examples(new RequestSpans(_time)));
        _sampler = new TrafficSampler(_metrics, _time);
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Rates_AreThoseOfTheLastTenSeconds()
    {
        for (var i = 0; i < 10; i++)
        {
            Serve(20);
            Tick();
        }

        Assert.Equal(20, _sampler.All.RequestsPerSecond);
        Assert.Equal(20, _sampler.OfRoute("r").RequestsPerSecond);
        Assert.Equal(20, _sampler.OfCluster("c").RequestsPerSecond);
        Assert.Equal(20, _sampler.OfDestination(new("c", "d")).RequestsPerSecond);
        Assert.Equal(200, _sampler.All.Requests);
        Tick(10);
        Assert.Equal((0, 200), (_sampler.All.RequestsPerSecond, _sampler.All.Requests));
    }

    [Fact]
    public void Rates_SoonAfterTheStart_AreOverTheTimeThatHasPassed()
    {
        Serve(30);
        Tick();

        Assert.Equal(30, _sampler.All.RequestsPerSecond);
        Tick();
        Assert.Equal(15, _sampler.All.RequestsPerSecond);
    }

    [Fact]
    public void Errors_AreStatusesFrom500On()
    {
        Serve(3);
        Serve(1, status: 499);
        Serve(2, status: 503);
        Tick();

        Assert.Equal((6, 2), (_sampler.OfDestination(new("c", "d")).Requests, _sampler.OfDestination(new("c", "d")).Errors));
    }

    [Fact]
    public void AttemptThatWasRepeated_IsAnErrorOfItsDestinationAlone()
    {
        Serve(1, failedBefore: ["dead"]);
        Tick();

        Assert.Equal((1, 1), (_sampler.OfDestination(new("c", "dead")).Requests, _sampler.OfDestination(new("c", "dead")).Errors));
        Assert.Equal((1, 0), (_sampler.OfDestination(new("c", "d")).Requests, _sampler.OfDestination(new("c", "d")).Errors));
        Assert.Equal((1, 0), (_sampler.All.Requests, _sampler.All.Errors));
    }

    [Fact]
    public void AttemptThatTheClientWasToldOf_IsCountedOnce()
    {
        Serve(1, status: 502, failedBefore: ["d"], refusal: Told);
        Tick();

        Assert.Equal((1, 1), (_sampler.OfDestination(new("c", "d")).Requests, _sampler.OfDestination(new("c", "d")).Errors));
        Assert.Equal(("upstream", "", 1), Assert.Single(_sampler.Refusals.Select(refusal => (refusal.Gate, refusal.Scope, refusal.Figures.Requests))));
    }

    [Fact]
    public void Percentiles_OfADestination_AreOfTheTimeToItsHeadersAndPass()
    {
        Serve(10, took: TimeSpan.FromSeconds(2), upstream: TimeSpan.FromMilliseconds(20));
        Tick();

        Assert.InRange(_sampler.OfDestination(new("c", "d")).P50!.Value, 0.016, 0.025);
        Assert.InRange(_sampler.All.P99!.Value, 1.6, 2.5);
        Tick(11);
        Assert.Null(_sampler.OfDestination(new("c", "d")).P50);
    }

    [Fact]
    public void Refusals_ThatReachedNoDestination_HideNothingOfWhatOthersTook()
    {
        Serve(1000, destination: "", took: TimeSpan.FromMicroseconds(10));
        Serve(1, took: TimeSpan.FromSeconds(1));
        Tick();

        Assert.InRange(_sampler.All.P50!.Value, 0.8, 1.25);
    }

    [Fact]
    public void History_KeepsFiveMinutesInStepsOfFiveSeconds()
    {
        Serve(7, status: 500);
        Tick(4);
        Assert.Null(_sampler.All.History);

        Tick();

        Assert.Equal(1, _sampler.Steps);
        Assert.Equal((60, 7u, 7u), (_sampler.All.History!.Requests.Length, _sampler.All.History.Requests[^1], _sampler.All.History.Errors[^1]));
        Serve(3);
        Tick(5);
        Assert.Equal([7u, 3u], _sampler.All.History!.Requests[^2..]);
        Tick(5 * 58);
        Assert.Equal([7u, 3u], _sampler.All.History!.Requests[..2]);
        Tick(5 * 2);
        Assert.Null(_sampler.All.History);
        Assert.Equal(10, _sampler.All.Requests);
    }

    [Fact]
    public void WhatAConfigurationNoLongerHas_IsForgotten_HereAndWhereItIsCounted()
    {
        _sampler.Follow(House.Read(With("""{ "d": { "Address": "http://127.0.0.1:9/" }, "old": { "Address": "http://127.0.0.1:10/" } }""")));
        Serve(3, destination: "old", failedBefore: ["old"]);
        Serve(5);
        Tick();
        Assert.Equal(6, _sampler.OfDestination(new("c", "old")).Requests);

        _sampler.Follow(House.Read(With("""{ "d": { "Address": "http://127.0.0.1:9/" } }""")));
        Serve(2, destination: "old");
        Tick();

        Assert.Equal(0, _sampler.OfDestination(new("c", "old")).Requests);
        Assert.Equal((10, 10, 5), (_sampler.All.Requests, _sampler.OfRoute("r").Requests, _sampler.OfDestination(new("c", "d")).Requests));
        Assert.Equal(["d"], _metrics.Cells.Select(cell => cell.Destination));
        Assert.Empty(_metrics.Repeated);
    }

    [Fact]
    public void RequestThatEndsLate_CountsInTheTotalAndBringsNothingBack()
    {
        _sampler.Follow(House.Read("""{ "ReverseProxy": { "Routes": {} } }"""));
        Serve(1, failedBefore: ["x"]);
        Tick();

        Assert.Equal(1, _sampler.All.Requests);
        Assert.Same(Figures.None, _sampler.OfRoute("r"));
        Assert.Same(Figures.None, _sampler.OfDestination(new("c", "d")));
        Assert.Empty(_metrics.Cells);
        Assert.Empty(_metrics.Repeated);
    }

    [Fact]
    public void DestinationThatComesBack_BeginsAnew()
    {
        var (with, without) = (House.Read(With("""{ "d": { "Address": "http://127.0.0.1:9/" } }""")), House.Read(With("{}")));
        _sampler.Follow(with);
        Serve(7);
        Tick();
        _sampler.Follow(without);
        Tick();
        _sampler.Follow(with);
        Serve(2);
        Tick();

        Assert.Equal((2, 9), (_sampler.OfDestination(new("c", "d")).Requests, _sampler.All.Requests));
    }

    private static string With(string destinations) => $$"""
        { "ReverseProxy": {
            "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/{**rest}" } } },
            "Clusters": { "c": { "Destinations": {{destinations}} } } } }
        """;

    private static readonly Refusal Told = new()
    {
        Status = 502,
        Title = "t",
        Detail = "d",
        Gate = "upstream",
        ProxyStatusError = "connection_refused",
        GrpcStatus = 14,
    };

    private void Tick(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _sampler.Sample();
        }
    }

    private void Serve(
        int requests, int status = 200, string destination = "d", string[]? failedBefore = null, Refusal? refusal = null, TimeSpan? took = null, TimeSpan? upstream = null)
    {
        for (var i = 0; i < requests; i++)
        {
            var context = Requests.New();
            context.Response.StatusCode = status;
            var exchange = context.Exchange();
            (exchange.Route, exchange.Cluster, exchange.Destination, exchange.Refusal) = ("r", "c", destination, refusal);
            exchange.Ended = (took ?? TimeSpan.FromMilliseconds(1)).Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond;
            exchange.UpstreamDuration = upstream;
            foreach (var failed in failedBefore ?? [])
                exchange.Add(new FailedAttempt(failed, "connection_refused", TimeSpan.Zero, Sent: false));
            _metrics.Ended(exchange);
        }
    }
}
