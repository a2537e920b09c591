using System.Diagnostics;
using Gateway.Refusals;

namespace Gateway.Telemetry;

/// <summary>
/// One request and its response, from the first gate to the last byte: what the access log, the
/// metrics and the drain need to know of it. Written by the request's own flow; other threads only
/// read it, to list what is in flight.
/// </summary>
internal sealed class Exchange(HttpContext context, long started, TraceContext trace)
{
    public HttpContext Context { get; } = context;

    /// <summary>When the request came, as a timestamp of <see cref="TimeProvider"/>.</summary>
    public long Started { get; } = started;

    /// <summary>When the response ended; set when it has.</summary>
    public long Ended { get; set; }

    public TraceContext Trace { get; } = trace;

    /// <summary>The request's span; null when nobody listens to spans.</summary>
    public Activity? Span { get; init; }

    /// <summary>The method as the client sent it; kept because the message is gone when a drain's time is over.</summary>
    public string Method { get; } = context.Request.Method;

    /// <summary>The path without its query.</summary>
    public string Path { get; } = context.Request.Path.Value ?? "";

    /// <summary>The fields that the request's <c>Connection</c> names, as it names them; null where it names none.</summary>
    public string? NamedByConnection { get; init; }

    /// <summary>The host as the client sent it, where routes are looked for by another spelling of it; null where they are not.</summary>
    public string? GivenHost { get; set; }

    public string Route { get; set; } = "";

    public string Cluster { get; set; } = "";

    /// <summary>The destination of the last attempt.</summary>
    public string Destination { get; set; } = "";

    /// <summary>What it is for a drain, which may change on the way.</summary>
    public ExchangeKind Kind { get; set; }

    /// <summary>What those who forward keep with the request; a feature of its own would cost each request more.</summary>
    public object? Forwarding { get; set; }

    /// <summary>The times that the request was forwarded.</summary>
    public int Attempts { get; set; }

    /// <summary>The time from the last attempt's start to its response's headers; null while there are none.</summary>
    public TimeSpan? UpstreamDuration { get; set; }

    /// <summary>What the client was told in place of a backend's response; null when it got one.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>How the last attempt failed, while another one may still succeed.</summary>
    public Refusal? LastFailure { get; set; }

    /// <summary>The attempts that came to nothing, in their order; null while there is none.</summary>
    public List<FailedAttempt>? FailedAttempts { get; private set; }

    /// <summary>Whether the client left or the response broke off.</summary>
    public bool Aborted { get; set; }

    /// <summary>Whether the gateway itself broke the request off, as the time of its drain was over.</summary>
    public bool Cut { get; set; }

    public RequestBody? RequestBody { get; set; }

    public ResponseBody? ResponseBody { get; set; }

    /// <summary>The links of the list that the exchange stands in while it is in flight.</summary>
    internal Exchange? Previous { get; set; }

    internal Exchange? Next { get; set; }

    internal int Stripe { get; set; }

    /// <summary>Who hears of the refusal, while the state that led to it is fresh.</summary>
    internal IExchangeObserver[] Observers { get; init; } = [];

    /// <summary>Says what the client is told in place of a backend's response.</summary>
    public void Refuse(Refusal refusal)
    {
        Refusal = refusal;
        foreach (var observer in Observers)
            observer.Refused(this);
    }

    /// <summary>Says that an attempt came to nothing, whether or not another one follows.</summary>
    public void Add(in FailedAttempt attempt)
    {
        (FailedAttempts ??= []).Add(attempt);
        foreach (var observer in Observers)
            observer.Failed(this, attempt);
    }

    public static Exchange Of(HttpContext context) =>
        context.Features.Get<Exchange>() ?? throw new InvalidOperationException("The request has no exchange: UseExchange stands first in the pipeline.");
}

/// <summary>Follows requests from their start to their end. Called on the request's way: must be quick and must not throw.</summary>
internal interface IExchangeObserver
{
    void Started(Exchange exchange);

    void Ended(Exchange exchange);

    /// <summary>Called when the gateway says no, before the client hears of it.</summary>
    void Refused(Exchange exchange)
    {
    }

    /// <summary>Called when an attempt came to nothing; another one may follow.</summary>
    void Failed(Exchange exchange, in FailedAttempt attempt)
    {
    }
}

/// <summary>An attempt that came to nothing.</summary>
/// <param name="Destination">Where it went.</param>
/// <param name="Error">How it ended, as an error type of the <c>Proxy-Status</c> header.</param>
/// <param name="Duration">From its start to its end.</param>
/// <param name="Sent">Whether any byte of the request was handed to a connection.</param>
internal readonly record struct FailedAttempt(string Destination, string Error, TimeSpan Duration, bool Sent);
