using System.Net.Sockets;
using Gateway.Forwarding;
using Gateway.LoadBalancing;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.LoadBalancing;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Forwarding;

public sealed class UpstreamFailureTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly DefaultHttpContext _context = Requests.New();
    private readonly FakeTurnstile _turnstile = new();
    private readonly Attempt _attempt;

    public UpstreamFailureTests()
    {
        var admission = new Admission(new Candidate(new DestinationState("one"), [_turnstile], Weight: 1));
        Assert.True(admission.TryEnter());
        _attempt = new Attempt(_context.Exchange(), new ForwardingMetrics(_meters, new LiveIds()), new FakeTimeProvider());
        _attempt.Begin(admission);
    }

    public void Dispose() => _meters.Dispose();

    public enum Cause
    {
        Refused, TimedOut, Unroutable, NameUnknown, ResetWhileConnecting, ConnectTimeout, Tls, NameResolution, LostFresh, LostReused, ResponseEnded,
        NotHttp, TooMuchHeader, Unknown, SocketAfterSending,
    }

    [Theory]
    [InlineData(Cause.Refused, false, 502, "Backend unreachable", "connection_refused", 14)]
    [InlineData(Cause.TimedOut, false, 504, "Backend unreachable", "connection_timeout", 14)]
    [InlineData(Cause.ConnectTimeout, false, 504, "Backend unreachable", "connection_timeout", 14)]
    [InlineData(Cause.Unroutable, false, 502, "Backend unreachable", "destination_ip_unroutable", 14)]
    [InlineData(Cause.NameUnknown, false, 502, "Backend unreachable", "dns_error", 14)]
    [InlineData(Cause.NameResolution, false, 502, "Backend unreachable", "dns_error", 14)]
    [InlineData(Cause.Tls, false, 502, "Backend unreachable", "tls_protocol_error", 14)]
    [InlineData(Cause.ResetWhileConnecting, false, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(Cause.Unknown, false, 502, "Backend unreachable", "connection_refused", 14)]
    [InlineData(Cause.LostFresh, true, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(Cause.LostReused, true, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(Cause.ResponseEnded, true, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(Cause.SocketAfterSending, true, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(Cause.Unknown, true, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(Cause.NotHttp, true, 502, "Invalid backend response", "http_protocol_error", 14)]
    [InlineData(Cause.TooMuchHeader, true, 502, "Invalid backend response", "http_response_header_section_size", 14)]
    public void Failure_OfARequest_IsTheContractsRow(Cause cause, bool sent, int status, string title, string error, int grpc)
    {
        var failure = Fail(ForwarderError.Request, Exception(cause), sent)!;

        var refusal = failure.Refusal!;
        Assert.Equal((status, title, "upstream", error, grpc), (refusal.Status, refusal.Title, refusal.Gate, refusal.ProxyStatusError, refusal.GrpcStatus));
        // What a client sends, a backend may send back: how much that is, is not held against it.
        Assert.Equal(cause == Cause.TooMuchHeader ? AttemptOutcome.None : AttemptOutcome.Failure, failure.Outcome);
        Assert.Equal(cause == Cause.LostReused, failure.KeptAliveFoundClosed);
        Assert.Equal(!sent || cause is Cause.LostFresh or Cause.LostReused, failure.NothingCame);
    }

    [Theory]
    [InlineData(ForwarderError.RequestTimedOut, false, 504, "Backend unreachable", "connection_timeout", 14)]
    [InlineData(ForwarderError.RequestTimedOut, true, 504, "Backend timed out", "http_response_timeout", 4)]
    [InlineData(ForwarderError.RequestBodyDestination, true, 502, "Backend closed the connection", "connection_terminated", 14)]
    [InlineData(ForwarderError.ResponseHeaders, true, 502, "Invalid backend response", "http_protocol_error", 14)]
    [InlineData(ForwarderError.ResponseBodyDestination, true, 502, "Backend closed the connection", "http_response_incomplete", 14)]
    [InlineData(ForwarderError.ResponseBodyCanceled, true, 502, "Backend closed the connection", "http_response_incomplete", 14)]
    public void Failure_OfForwarding_IsTheContractsRow(ForwarderError kind, bool sent, int status, string title, string error, int grpc)
    {
        var failure = Fail(kind, null, sent)!;

        var refusal = failure.Refusal!;
        Assert.Equal((status, title, "upstream", error, grpc), (refusal.Status, refusal.Title, refusal.Gate, refusal.ProxyStatusError, refusal.GrpcStatus));
        Assert.Equal(AttemptOutcome.Failure, failure.Outcome);
        Assert.Equal(kind == ForwarderError.RequestTimedOut, failure.NothingCame);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Failure_OfTheBodyOnALostConnection_SaysWhetherItWasTaken(bool untaken)
    {
        var lost = new IOException("", new ConnectionLostException(reused: true, null, untaken));

        var failure = Fail(ForwarderError.RequestBodyDestination, new AggregateException(new IOException(), lost), sent: true)!;

        Assert.Equal((true, untaken, true), (failure.NothingCame, failure.NotProcessed, failure.KeptAliveFoundClosed));
        // A connection that was idle and took nothing was closed for being idle.
        Assert.Equal(untaken ? AttemptOutcome.None : AttemptOutcome.Failure, failure.Outcome);
        Assert.Equal("connection_terminated", failure.Refusal!.ProxyStatusError);
    }

    [Fact]
    public void Failure_OfABodyThatIsNotTakenInTime_IsATimeout()
    {
        var failure = Fail(ForwarderError.RequestBodyDestination, new AggregateException(new OperationCanceledException(), new IOException()), sent: true)!;

        Assert.Equal((true, "http_response_timeout"), (failure.NothingCame, failure.Refusal!.ProxyStatusError));
    }

    [Theory]
    [InlineData(ForwarderError.RequestBodyDestination)]
    [InlineData(ForwarderError.RequestBodyClient)]
    public void Failure_OfABodyThatWasCutOffAsItsRequestWasNotProcessed_IsRepeated(ForwarderError kind)
    {
        var failure = Fail(kind, new AggregateException(new OperationCanceledException(), new ResendException()), sent: true)!;

        Assert.Equal((true, true, true, "connection_terminated"), (failure.NothingCame, failure.NotProcessed, failure.GivenBack, failure.Refusal!.ProxyStatusError));
        Assert.Equal(AttemptOutcome.None, failure.Outcome);
    }

    [Theory]
    [InlineData(ForwarderError.RequestBodyDestination)]
    [InlineData(ForwarderError.RequestBodyClient)]
    public void Failure_OfABodyBehindAWholeAnswer_IsNone(ForwarderError kind)
    {
        _attempt.OnSending();
        _attempt.OnAnswered(413);

        Assert.Null(Fail(kind, new OperationCanceledException(), sent: true));
    }

    [Fact]
    public void Failure_OfAHeadThatCannotBeWritten_IsTheRequestsOwn()
    {
        var failure = Fail(ForwarderError.Request, new HttpRequestException("Request headers must contain only ASCII characters."), sent: true)!;

        Assert.Equal((400, "request", AttemptOutcome.None), (failure.Refusal!.Status, failure.Refusal.Gate, failure.Outcome));
    }

    [Fact]
    public void Failure_OfAWebSocketWhereTheBackendHasNone_SaysNothingOfIt()
    {
        var failure = Fail(ForwarderError.Request, new HttpRequestException(HttpRequestError.ExtendedConnectNotSupported), sent: false)!;

        Assert.Equal(("http_protocol_error", AttemptOutcome.None), (failure.Refusal!.ProxyStatusError, failure.Outcome));
    }

    [Theory]
    [InlineData(401, "Success")]
    [InlineData(413, "Success")]
    [InlineData(503, "None")]
    public void Answer_ThatRefusesAnUpload_IsNoFailure(int status, string outcome)
    {
        _attempt.OnSending(hasBody: true);
        _attempt.OnUploadRefused();
        _attempt.OnAnswered(status);
        _attempt.Judge(AttemptOutcome.Failure);
        _attempt.End();

        Assert.Equal([(1, outcome), (1, "Leave")], _turnstile.Told);
    }

    [Fact]
    public void Failure_OfAClientsBodyInTime_IsTheClients()
    {
        _context.Response.StatusCode = 408;

        var failure = Fail(ForwarderError.RequestBodyClient, new AggregateException(new OperationCanceledException(), new TaskCanceledException()), sent: true)!;

        Assert.Equal((408, AttemptOutcome.None), (failure.Refusal!.Status, failure.Outcome));
    }

    [Fact]
    public void Failure_OfABodyAfterTheAnswer_IsNotRepeated()
    {
        _attempt.OnSending();
        _attempt.OnAnswered(200);

        var failure = Fail(ForwarderError.RequestBodyDestination, new AggregateException(new ConnectionLostException(reused: false, null)), sent: true)!;

        Assert.False(failure.NothingCame);
    }

    [Theory]
    [InlineData(ForwarderError.RequestCanceled)]
    [InlineData(ForwarderError.RequestBodyCanceled)]
    [InlineData(ForwarderError.ResponseBodyCanceled)]
    [InlineData(ForwarderError.ResponseBodyClient)]
    [InlineData(ForwarderError.UpgradeRequestClient)]
    [InlineData(ForwarderError.UpgradeResponseDestination)]
    public void Failure_OfAClientThatLeft_SaysNothingOfTheDestination(ForwarderError kind)
    {
        using var left = new CancellationTokenSource();
        left.Cancel();
        _context.RequestAborted = left.Token;

        var failure = Fail(kind, null, sent: true)!;

        Assert.Null(failure.Refusal);
        Assert.Equal(AttemptOutcome.None, failure.Outcome);
        Assert.False(failure.NothingCame);
    }

    [Theory]
    [InlineData(413, "route", "Content too large")]
    [InlineData(408, "request", "Request timed out")]
    [InlineData(400, "request", "Malformed request")]
    public void Failure_OfTheClientsBody_IsTheRequestsOwn(int status, string gate, string title)
    {
        _context.Response.StatusCode = status;

        var failure = Fail(ForwarderError.RequestBodyClient, null, sent: true)!;

        Assert.Equal((status, gate, title), (failure.Refusal!.Status, failure.Refusal.Gate, failure.Refusal.Title));
        Assert.Equal(AttemptOutcome.None, failure.Outcome);
    }

    [Fact]
    public void Failure_OfASuccess_IsNone()
    {
        Assert.Null(UpstreamFailure.Of(_context, _attempt));
        Assert.Null(Fail(ForwarderError.None, null, sent: true));
    }

    [Theory]
    [InlineData(200, "Success")]
    [InlineData(101, "Success")]
    [InlineData(404, "Success")]
    [InlineData(500, "Success")]
    [InlineData(501, "Success")]
    [InlineData(502, "Failure")]
    [InlineData(503, "Failure")]
    [InlineData(504, "Failure")]
    [InlineData(505, "Success")]
    public void Answer_OfABackend_IsJudgedByItsStatus(int status, string outcome)
    {
        _attempt.OnSending();
        _attempt.OnAnswered(status);
        _attempt.Judge(AttemptOutcome.Failure);
        _attempt.End();

        Assert.Equal([(1, outcome), (1, "Leave")], _turnstile.Told);
    }

    [Fact]
    public void Metric_OfAFailure_BearsTheErrorOfProxyStatus()
    {
        _context.Exchange().Cluster = "api";

        new ForwardingMetrics(_meters, new LiveIds()).Failed(_context.Exchange(), Fail(ForwarderError.Request, Exception(Cause.Refused), sent: false)!);

        Assert.Equal(["gateway_upstream_errors{cluster=api,destination=one,error=connection_refused} 1"], _meters.Observe());
    }

    private UpstreamFailure? Fail(ForwarderError kind, Exception? exception, bool sent)
    {
        if (sent)
            _attempt.OnSending();
        _context.Features.Set<IForwarderErrorFeature>(new ErrorFeature(kind, exception));
        return UpstreamFailure.Of(_context, _attempt);
    }

    private static Exception Exception(Cause cause) => cause switch
    {
        Cause.Refused => Connecting(SocketError.ConnectionRefused),
        Cause.TimedOut => Connecting(SocketError.TimedOut),
        Cause.Unroutable => Connecting(SocketError.HostUnreachable),
        Cause.NameUnknown => Connecting(SocketError.HostNotFound),
        Cause.ResetWhileConnecting => Connecting(SocketError.ConnectionReset),
        Cause.ConnectTimeout => new HttpRequestException(HttpRequestError.ConnectionError, "", new ConnectTimeoutException(TimeSpan.FromSeconds(1))),
        Cause.Tls => new HttpRequestException(HttpRequestError.SecureConnectionError, "", new System.Security.Authentication.AuthenticationException()),
        Cause.NameResolution => new HttpRequestException(HttpRequestError.NameResolutionError),
        Cause.LostFresh => new HttpRequestException("", new ConnectionLostException(reused: false, null)),
        Cause.LostReused => new HttpRequestException("", new ConnectionLostException(reused: true, new IOException())),
        Cause.ResponseEnded => new HttpRequestException(HttpRequestError.ResponseEnded),
        Cause.NotHttp => new HttpRequestException(HttpRequestError.InvalidResponse),
        Cause.TooMuchHeader => new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded),
        Cause.SocketAfterSending => new HttpRequestException("", new IOException("", new SocketException((int)SocketError.ConnectionReset))),
        _ => new InvalidOperationException(),
    };

    private static HttpRequestException Connecting(SocketError error) => new(HttpRequestError.ConnectionError, "", new SocketException((int)error));

    private sealed class ErrorFeature(ForwarderError error, Exception? exception) : IForwarderErrorFeature
    {
        public ForwarderError Error => error;

        public Exception? Exception => exception;
    }
}
