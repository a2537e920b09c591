using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

public sealed class ExchangeMetricsTests : IDisposable
{
    private const string Sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string NotSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly LiveIds _live = new();
    private readonly RequestSpans _spans;
    private readonly Examples _examples;
    private readonly ExchangeMetrics _metrics;
    private readonly MeterListener _listener = new();
    private readonly List<string?> _traces = [];

    public ExchangeMetricsTests()
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        _spans = new RequestSpans(_time);
        _examples = new Examples(_spans);
        _metrics = new ExchangeMetrics(_meters, _time, _live, _examples);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
        _spans.Dispose();
    }

    [Fact]
    public void Requests_OfADestinationThatIsGone_AreToldNoMore()
    {
        Have("one", "two");
        End("one");
        End("two");
        Assert.Equal(2, Requests().Count);

        Have("two");
        Assert.Equal(["gateway_requests{route=r,cluster=c,destination=two,code=200} 1"], Requests());

        // What ended late is of no destination that there is.
        End("one");
        Assert.Single(Requests());
        Have("one", "two");
        End("one");
        Assert.Contains("gateway_requests{route=r,cluster=c,destination=one,code=200} 1", Requests());
    }

    [Fact]
    public void Example_OfADuration_IsTheTraceOncePerSecondAndBucket()
    {
        _examples.Want();
        Listen();

        End("one", 300);
        End("one", 310);
        End("one", 600);
        _time.Advance(TimeSpan.FromSeconds(1));
        End("one", 300);

        Assert.Equal([Id, null, Id, Id], _traces);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Example_IsNotWantedOrNotSampled_IsNone()
    {
        Listen();
        End("one", 300);
        _examples.Want();
        End("one", 300, NotSampled);

        Assert.Equal([null, null], _traces);
    }

    [Fact]
    public void Example_OfARequestThatIsTraced_IsItsOwnSpan()
    {
        _examples.Want();
        Listen();
        using var span = new Activity("request").Start();

        End("one", 300);

        Assert.Equal([span.TraceId.ToHexString()], _traces);
        Assert.Same(span, Activity.Current);
    }

    [Fact]
    public void Request_ThatIsCounted_AllocatesNothing()
    {
        _examples.Want();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        using var metrics = new TestFactory();
        var counted = new ExchangeMetrics(metrics, _time, _live, _examples);
        var exchange = Of("one", 300, Sampled);
        listener.Start();

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 1000; i++)
                counted.Ended(exchange);
        }));
    }

    private const string Id = "0af7651916cd43dd8448eb211c80319c";

    private void Listen()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Made(instrument.Meter) && instrument.Name == "gateway_request_duration")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => _traces.Add(Activity.Current is { Recorded: true } or { Parent: null, ParentId: null } ? Activity.Current?.TraceId.ToHexString() : null));
        _listener.Start();
    }

    private List<string> Requests()
    {
        _meters.Measured.Clear();
        return [.. _meters.Observe().Where(measured => measured.StartsWith("gateway_requests{", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private void End(string destination, int milliseconds = 1, string traceparent = Sampled) => _metrics.Ended(Of(destination, milliseconds, traceparent));

    private Exchange Of(string destination, int milliseconds, string traceparent)
    {
        var current = Activity.Current;
        Activity.Current = null;
        var now = _time.GetTimestamp();
        var exchange = new Exchange(new DefaultHttpContext(), now - (long)(milliseconds / 1000.0 * _time.TimestampFrequency), TraceContext.Continue(traceparent))
        {
            Route = "r",
            Cluster = "c",
            Destination = destination,
            Ended = now,
        };
        Activity.Current = current;
        return exchange;
    }

    private void Have(params string[] destinations) => _live.Apply(House.Read($$"""
        { "ReverseProxy": { "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" } } }, "Clusters": { "c": { "Destinations": {
            {{string.Join(", ", destinations.Select((id, i) => $$""" "{{id}}": { "Address": "http://{{id}}.example:{{9001 + i}}/" } """))}} } } } } }
        """));

    private sealed class TestFactory : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            _made.Add(new Meter(options));
            return _made[^1];
        }

        public void Dispose() => _made.ForEach(meter => meter.Dispose());
    }
}
