using System.Diagnostics;
using Gateway.Forwarding.Messages;
using Gateway.LoadBalancing;
using Gateway.Refusals;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>
/// One request's attempts, the current one at a time: what was sent and what came back of it. Made
/// once a request; the client's stack reports to it while YARP moves the bytes.
/// </summary>
internal sealed class Attempt(Exchange exchange, ForwardingMetrics metrics, TimeProvider time)
{
    private Admission _admission;
    private Admission? _following;
    private long _started;
    private volatile bool _sent;
    private volatile bool _uploadRefused;
    private volatile bool _answeredEarly;
    private volatile bool _uploading;
    private bool _begun;
    private int _cuts;
    private Activity? _span;

    /// <summary>The current attempt of a request that is being forwarded.</summary>
    public static Attempt Of(HttpContext context) => (Attempt)Exchange.Of(context).Forwarding!;

    /// <summary>The exchange that the attempts belong to.</summary>
    public Exchange Exchange => exchange;

    /// <summary>What is asked of the chooser; tells those that were tried.</summary>
    public Wish Wish { get; set; }

    /// <summary>The budget of the cluster, with the settings of its retries.</summary>
    public RetryBudget? Budget { get; init; }

    /// <summary>Who decides whether a status is followed by another attempt; null where no status is.</summary>
    public Retries? Retries { get; init; }

    /// <summary>The time-outs that hold for the request.</summary>
    public TimeoutSettings? Timeouts { get; init; }

    /// <summary>Watches the time-outs beyond the connection's; null where there are none.</summary>
    public RequestClock? Clock { get; init; }

    /// <summary>The client's body as it can be sent again; null when it sends none or there are no retries.</summary>
    public KeptBody? Kept { get; init; }

    /// <summary>Whether the request's first bytes were handed to a connection. Before that, trying elsewhere is always safe.</summary>
    public bool Sent => _sent;

    /// <summary>The client's body; null when it sends none.</summary>
    public RequestBody? RequestBody => exchange.RequestBody;

    /// <summary>Whether the response's headers came.</summary>
    public bool Answered { get; private set; }

    /// <summary>The status of the destination's answer, once there is one.</summary>
    public int Status { get; private set; }

    /// <summary>Whether the attempt is, or was given up, waiting for the client to send more of its body.</summary>
    public bool ClientStalled => exchange.RequestBody is { } body && (body.IsWaiting || body.Cuts > _cuts);

    /// <summary>Whether the answer bears a status that counts as a failure, followed by another attempt or not.</summary>
    public bool FailedByStatus { get; set; }

    /// <summary>Whether the destination answered, and closed, before it had the whole body: nothing more of it is sent.</summary>
    public bool UploadRefused => _uploadRefused;

    /// <summary>Whether it is to go over a connection of its own: an earlier one found a kept-alive connection closed.</summary>
    public bool NeedsNewConnection { get; set; }

    /// <summary>The method that goes out, which a transform may have changed.</summary>
    public string Method { get; set; } = exchange.Method;

    /// <summary>Whether the next attempt waits a moment: the destination that gave this one back is the only one.</summary>
    public bool NeedsPause { get; set; }

    /// <summary>Whether the <c>Host</c> that goes out is one that the route itself writes.</summary>
    public bool HostIsFixed { get; set; }

    /// <summary>The connection that the request was written to, over HTTP/1.1.</summary>
    public UpstreamStream? Connection { get; set; }

    /// <summary>What transforms made of the target so far, where one did.</summary>
    public TransformedTarget? Target { get; set; }

    public DestinationState Destination => _admission.Destination;

    /// <summary>The <c>traceparent</c> header for the destination.</summary>
    public string TraceParent => _span?.Id ?? exchange.Trace.ToTraceParent();

    public void Begin(in Admission admission)
    {
        _admission = admission;
        _started = time.GetTimestamp();
        _sent = false;
        (_uploadRefused, _answeredEarly, _uploading) = (false, false, false);
        _begun = false;
        Answered = false;
        Connection = null;
        FailedByStatus = false;
        Target = null;
        if (exchange.RequestBody is { } body)
            (_cuts, body.IsAnswered) = (body.Cuts, false);
        exchange.Destination = admission.Destination.DestinationId;
        exchange.UpstreamDuration = null;
        exchange.Attempts++;
        if (Kept is not null && exchange.Attempts >= Budget!.Settings.Attempts)
            Kept.StopKeeping();
        _span = AttemptSpan.Begin(exchange, time, _started);
    }

    /// <summary>Called with the address that the request is sent to.</summary>
    public void OnAddressed(Uri address)
    {
        if (_span is not null)
            AttemptSpan.Address(_span, address);
    }

    /// <summary>Whether the request's headers were written to a connection: the client would send it again by itself if it went on.</summary>
    public bool HasBegun => Volatile.Read(ref _begun);

    /// <summary>Called once when the request's headers are written to a connection; false when they were before.</summary>
    public bool TryBeginSending() => !Interlocked.Exchange(ref _begun, true);

    /// <summary>Called when the request's headers are written to a connection.</summary>
    /// <param name="hasBody">Whether a body follows.</param>
    public void OnSending(bool hasBody = false)
    {
        if (!_sent)
        {
            _uploading = hasBody;
            Clock?.OnSending(hasBody);
        }
        _sent = true;
    }

    /// <summary>Called with the response's headers: they are what an attempt is judged by.</summary>
    public void OnAnswered(int status, bool upgraded = false)
    {
        (Answered, Status) = (true, status);
        if (exchange.RequestBody is { } body)
            body.IsAnswered = true;
        Clock?.OnAnswered(upgraded);
        var duration = time.GetElapsedTime(_started);
        exchange.UpstreamDuration = duration;
        metrics.Answered(exchange.Cluster, exchange.Destination, duration);
        if (_span is not null)
            AttemptSpan.Answered(_span, status);
        _admission.Judge(OutcomeOf(status));
    }

    /// <summary>The answer goes on for long: from here on it takes none of the destination's permits, where a stream is free.</summary>
    public void BecomeStream() => _admission.TryBecomeStream();

    // An upload that is refused says something of the client that sends it.
    private AttemptOutcome OutcomeOf(int status) =>
        status is not (StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout) ? AttemptOutcome.Success
        : _uploadRefused || _answeredEarly || _uploading ? AttemptOutcome.None : AttemptOutcome.Failure;

    /// <summary>Whether the body is still on its way to the destination.</summary>
    public bool IsUploading => _uploading;

    /// <summary>The whole body was written.</summary>
    public void OnBodySent()
    {
        _uploading = false;
        Clock?.OnBodySent();
    }

    /// <summary>Called when an answer is there before all of the body was written.</summary>
    public void OnAnsweredEarly() => _answeredEarly = true;

    /// <summary>
    /// The last byte of the response is on its way. Where the body is not, the client may take its time with it, or for
    /// ever: the destination's permit is given back, and over HTTP/2 the stream ends (RFC 9113 §8.1).
    /// </summary>
    public void OnResponseEnded()
    {
        if (!_uploading || exchange.RequestBody is not { } body)
            return;
        _admission.Leave();
        // From here on it is no conversation any more, and has to come as fast as any other body.
        body.IsAnswered = false;
        // Over HTTP/1.1 a client that sends on would not see the answer if its connection ended.
        if (!HttpProtocol.IsHttp11(exchange.Context.Request.Protocol) && !HttpProtocol.IsHttp10(exchange.Context.Request.Protocol))
            body.Drop();
    }

    /// <summary>Called when the destination answered and can no longer be written to, while the body was on its way.</summary>
    public void OnUploadRefused() => _uploadRefused = true;

    /// <summary>Judges an attempt that got no answer.</summary>
    public void Judge(AttemptOutcome outcome) => _admission.Judge(outcome);

    /// <summary>Keeps how the attempt failed, for the record of a request that comes to nothing; null when nobody is left to tell.</summary>
    public void Keep(Refusal? failure)
    {
        if (failure is { Gate: "upstream" })
            exchange.Add(new(exchange.Destination, failure.ProxyStatusError, time.GetElapsedTime(_started), _sent));
    }

    /// <summary>The exchange with the destination is over.</summary>
    public void End()
    {
        _admission.Leave();
        if (_span is not null)
            AttemptSpan.End(_span, this, time);
    }

    /// <summary>The answer is discarded: <paramref name="admission"/> is where the next attempt goes.</summary>
    public void FollowWith(in Admission admission) => _following = admission;

    /// <summary>Whether the answer was discarded for another attempt.</summary>
    public bool HasFollowing => _following is not null;

    /// <summary>Where to go after a discarded answer, once.</summary>
    public bool TryTakeFollowing(out Admission admission)
    {
        admission = _following.GetValueOrDefault();
        var follows = _following is not null;
        _following = null;
        return follows;
    }

    /// <summary>The request is over: gives back what it still has.</summary>
    public void EndRequest()
    {
        if (TryTakeFollowing(out var admission))
            admission.Leave();
        Kept?.Release();
        Clock?.Dispose();
    }
}
