using System.Diagnostics;
using Gateway.LoadBalancing;
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
    private long _started;
    private volatile bool _sent;
    private bool _begun;
    private Activity? _span;

    /// <summary>The current attempt of a request that is being forwarded.</summary>
    public static Attempt Of(HttpContext context) => (Attempt)Exchange.Of(context).Forwarding!;

    /// <summary>The exchange that the attempts belong to.</summary>
    public Exchange Exchange => exchange;

    /// <summary>Whether the request's first bytes were handed to a connection. Before that, trying elsewhere is always safe.</summary>
    public bool Sent => _sent;

    /// <summary>The client's body; null when it sends none.</summary>
    public RequestBody? RequestBody => exchange.RequestBody;

    /// <summary>Whether the response's headers came.</summary>
    public bool Answered { get; private set; }

    public DestinationState Destination => _admission.Destination;

    /// <summary>The <c>traceparent</c> header for the destination.</summary>
    public string TraceParent => _span?.Id ?? exchange.Trace.ToTraceParent();

    public void Begin(in Admission admission)
    {
        _admission = admission;
        _started = time.GetTimestamp();
        _sent = false;
        _begun = false;
        Answered = false;
        exchange.Destination = admission.Destination.DestinationId;
        exchange.UpstreamDuration = null;
        exchange.Attempts++;
        _span = AttemptSpan.Begin(exchange, time, _started);
    }

    /// <summary>Called with the address that the request is sent to.</summary>
    public void OnAddressed(Uri address)
    {
        if (_span is not null)
            AttemptSpan.Address(_span, address);
    }

    /// <summary>Called once when the request's headers are written to a connection; false when they were before.</summary>
    public bool TryBeginSending() => !Interlocked.Exchange(ref _begun, true);

    /// <summary>Called when the request's headers are written to a connection.</summary>
    public void OnSending() => _sent = true;

    /// <summary>Called with the response's headers: they are what an attempt is judged by.</summary>
    public void OnAnswered(int status)
    {
        Answered = true;
        var duration = time.GetElapsedTime(_started);
        exchange.UpstreamDuration = duration;
        metrics.Answered(exchange.Cluster, exchange.Destination, duration);
        if (_span is not null)
            AttemptSpan.Answered(_span, status);
        _admission.Judge(status is StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout
            ? AttemptOutcome.Failure : AttemptOutcome.Success);
    }

    /// <summary>Judges an attempt that got no answer.</summary>
    public void Judge(AttemptOutcome outcome) => _admission.Judge(outcome);

    /// <summary>The exchange with the destination is over.</summary>
    public void End()
    {
        _admission.Leave();
        if (_span is not null)
            AttemptSpan.End(_span, this, time);
    }
}
