using System.Net;
using Gateway.Edge;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Edge;

public sealed class UnreadableRequestsTests : IDisposable
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";
    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly RecordingLogger<UnreadableRequests> _log = new();
    private readonly UnreadableRequests _requests;

    public UnreadableRequestsTests() => _requests = new(_time, _meters, _log);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Flood_OfOneKind_IsOneLineInTenSeconds()
    {
        for (var second = 0; second < 20; second++)
        {
            for (var i = 0; i < 100; i++)
                Write("Malformed request: invalid headers.", 400);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(
        [
            "A message from 10.1.2.3 could not be read and was answered 400: Malformed request: invalid headers.; 0 more of this kind were not told before",
            "A message from 10.1.2.3 could not be read and was answered 400: Malformed request: invalid headers.; 999 more of this kind were not told before",
        ], _log.Lines);
        Assert.Contains("gateway_unreadable_requests{code=400} 2000", _meters.Observe());
    }

    [Fact]
    public void Kinds_AreToldEachByItself()
    {
        Write("Request line too long.", 414);
        Write("Request contains too many headers.", 431);
        Write("Request headers too long.", 431);

        Assert.Equal(3, _log.Lines.Count);
        Assert.Contains("gateway_unreadable_requests{code=414} 1", _meters.Observe());
        Assert.Contains("gateway_unreadable_requests{code=431} 2", _meters.Measured);
    }

    [Theory]
    [InlineData("Invalid request line: 'GET /?secret HTTP/9\\x0D'", "Invalid request line.")]
    [InlineData("Invalid request line: 'it's a secret'", "Invalid request line.")]
    [InlineData("Invalid request line: ''", "Invalid request line.")]
    [InlineData("Invalid content length: \u001b[31msecret", "Invalid content length.")]
    [InlineData("Final transfer coding is not \"chunked\": 'secret'", "Final transfer coding is not \"chunked\".")]
    [InlineData("Request is missing Host header.", "Request is missing Host header.")]
    public void Line_TellsNothingThatTheClientSent(string message, string reason)
    {
        Write(message, 400);

        Assert.Contains($" 400: {reason}; ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Reasons_WithoutEnd_AreTogetherOneKindInTheEnd()
    {
        for (var i = 0; i < 10_000; i++)
            Write($"Reason {i}.", 400);

        Assert.InRange(_log.Lines.Count, 2, 101);
        Assert.Contains(_log.Lines, line => line.Contains("Other reasons.", StringComparison.Ordinal));
    }

    [Fact]
    public void Answer_ThatThePipelineMade_IsToldThere()
    {
        var features = Features("Bad chunk size data.", 400);
        features.Set<IHttpResponseFeature>(new Started());

        _requests.Write(Event, features);

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Address_IsShownAsTheAccessLogShowsIt()
    {
        _requests.Apply(House.Read("""{ "Gateway": { "AccessLog": { "ClientAddress": "Shortened" } }, "ReverseProxy": { "Routes": {} } }"""));

        Write("Request line too long.", 414);

        Assert.Contains("from 10.1.2.0 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Events_OfAnotherName_AreNotAskedFor()
    {
        Assert.True(_requests.IsEnabled(Event));
        Assert.False(_requests.IsEnabled("Microsoft.AspNetCore.Hosting.HttpRequestIn"));
    }

    private void Write(string message, int status) => _requests.Write(Event, Features(message, status));

    private static FeatureCollection Features(string message, int status)
    {
        var features = new FeatureCollection();
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Parse("10.1.2.3") });
        features.Set<IBadRequestExceptionFeature>(new BadRequest { Error = new BadHttpRequestException(message, status) });
        return features;
    }

    private sealed class BadRequest : IBadRequestExceptionFeature
    {
        public Exception? Error { get; init; }
    }

    private sealed class Started : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
