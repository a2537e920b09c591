using System.Diagnostics;
using System.Net;
using Gateway.Refusals;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

public sealed class RequestSpansTests : IDisposable
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private readonly FakeTimeProvider _time = new();
    private readonly RequestSpans _spans;
    private readonly DefaultHttpContext _context = Requests.New();

    public RequestSpansTests()
    {
        Activity.Current = null;
        _spans = new RequestSpans(_time);
    }

    public void Dispose() => _spans.Dispose();

    [Fact]
    public void Span_WhenNobodyListens_IsNoneAndCostsNothing()
    {
        _context.Request.Headers.TraceParent = Parent;

        Assert.Equal(0, Allocations.Of(() => Assert.Null(_spans.Begin(_context.Request))));
    }

    [Fact]
    public void Span_OfAContinuedTrace_IsTheClientsChildAndWhatIsSentOn()
    {
        using var listening = Listen();
        _context.Request.Headers.TraceParent = Parent;
        _context.Request.Headers.TraceState = "a=1";
        using var hosting = new Activity("hosting").Start();

        var span = _spans.Begin(_context.Request)!;

        Assert.Equal(("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "a=1", true),
            (span.TraceId.ToString(), span.ParentSpanId.ToString(), span.TraceStateString, span.HasRemoteParent));
        Assert.Equal(span.Id, TraceContext.Continue(Parent).ToTraceParent());
    }

    [Fact]
    public void Span_OfANewTrace_IsNotThatOfTheHostsOwnActivity()
    {
        using var listening = Listen();
        using var hosting = new Activity("hosting").Start();

        var span = _spans.Begin(_context.Request)!;

        Assert.Equal(default, span.ParentSpanId);
        Assert.NotEqual(hosting.TraceId, span.TraceId);
    }

    [Fact]
    public void Span_LastsAsLongAsTheExchangeWhateverTheClockDoes()
    {
        var span = Run(exchange => exchange.Ended = exchange.Started + _time.TimestampFrequency * 3);

        Assert.Equal(TimeSpan.FromSeconds(3), span.Duration);
        Assert.Equal(_time.Start.UtcDateTime, span.StartTimeUtc);
    }

    [Fact]
    public void Span_OfARequestThatTheDrainCut_SaysSo()
    {
        var span = Run(exchange => (exchange.Cut, exchange.Aborted) = (true, true));

        Assert.Equal(("drain_timeout", ActivityStatusCode.Error), (span.GetTagItem("error.type"), span.Status));
    }

    [Fact]
    public void Span_OfARefusalThatBrokeAResponseOff_NamesItsError()
    {
        var refusal = new Refusal { Status = 502, Title = "t", Detail = "d", Gate = "upstream", ProxyStatusError = "http_response_incomplete", GrpcStatus = 14 };

        var span = Run(exchange => (exchange.Refusal, exchange.Aborted) = (refusal, true));

        Assert.Equal("http_response_incomplete", span.GetTagItem("error.type"));
    }

    [Theory]
    [InlineData("Full", "::ffff:192.0.2.77", "192.0.2.77")]
    [InlineData("Shortened", "::ffff:192.0.2.77", "192.0.2.0")]
    [InlineData("Shortened", "2001:db8:1:2:3:4:5:6", "2001:db8:1::")]
    public void ClientOfASpan_IsToldAsTheAccessLogTellsIt(string form, string address, string told)
    {
        _spans.Apply(House.Read($$"""{ "Gateway": { "AccessLog": { "ClientAddress": "{{form}}" } }, "ReverseProxy": { "Routes": {} } }"""));
        _context.Connection.RemoteIpAddress = IPAddress.Parse(address);

        Assert.Equal(told, Run(_ => { }).GetTagItem("client.address"));
    }

    [Theory]
    [InlineData("xn--a")]
    [InlineData("[")]
    [InlineData("a:b:c")]
    [InlineData("")]
    public void Span_OfAnUnreadableHost_IsMadeAllTheSame(string host)
    {
        _context.Request.Headers.Host = host;

        Assert.Equal("GET", Run(_ => { }).GetTagItem("http.request.method"));
    }

    private Activity Run(Action<Exchange> happen)
    {
        using var listening = Listen();
        var exchange = new Exchange(_context, _time.GetTimestamp(), TraceContext.Continue(null)) { Span = _spans.Begin(_context.Request) };
        exchange.Ended = exchange.Started;
        happen(exchange);
        _spans.Ended(exchange);
        Assert.True(exchange.Span!.IsStopped);
        return exchange.Span;
    }

    // Of this source alone: other tests have sources of the same name.
    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, _spans.Source),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
