using System.Net.Sockets;
using Gateway.Forwarding.Messages;
using Gateway.LoadBalancing;
using Gateway.Refusals;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>How an attempt came to nothing: what the client is told, what it says about the destination, and what may be done next.</summary>
internal sealed record UpstreamFailure
{
    /// <summary>What the client is told if this was the last attempt; null when nobody is left to tell.</summary>
    public Refusal? Refusal { get; private init; }

    public AttemptOutcome Outcome { get; private init; }

    /// <summary>Nothing of a response came: another attempt would not tell a client two things.</summary>
    public bool NothingCame { get; private init; }

    /// <summary>The destination did nothing with what it got: repeating it is safe, whatever it is.</summary>
    public bool NotProcessed { get; private init; }

    /// <summary>A connection kept from earlier requests was found closed: the destination may be well.</summary>
    public bool KeptAliveFoundClosed { get; private init; }

    /// <summary>The destination said that it did nothing with the request (RFC 9113 §8.7): it may have it again, and is well.</summary>
    public bool GivenBack { get; private init; }

    /// <summary>Says how the current attempt failed; null when it did not.</summary>
    public static UpstreamFailure? Of(HttpContext context, Attempt attempt)
    {
        if (context.Features.Get<IForwarderErrorFeature>() is not { } feature || feature.Error == ForwarderError.None)
            return null;
        if (attempt.Clock is { RanOut: not Limit.None } clock)
            return OfClock(attempt, clock);
        if (TimedOutAsAWhole(context))
            return attempt.Answered ? new() : attempt.ClientStalled ? OfClient() : TimedOut(attempt) with { NothingCame = false };
        return feature.Error switch
        {
            // The answer is the client's, to its end: only its own body did not get where it was to go.
            ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination when attempt.Answered && feature.Exception is not AggregateException => null,
            ForwarderError.RequestTimedOut => attempt.ClientStalled ? OfClient() : TimedOut(attempt),
            ForwarderError.Request => OfException(feature.Exception, attempt),
            ForwarderError.RequestBodyDestination => OfBody(feature.Exception, attempt),
            ForwarderError.RequestBodyClient when TakenFromTheClient(feature.Exception) is { } cause =>
                attempt.Answered ? Failed(ResponseIncomplete) : OfException(cause, attempt),
            ForwarderError.RequestBodyClient => new() { Refusal = RequestRefusal.Of(context.Response.StatusCode) },
            ForwarderError.RequestCreation => new() { Refusal = RequestRefusal.Of(StatusCodes.Status400BadRequest) },
            ForwarderError.ResponseHeaders => Failed(InvalidResponse),
            ForwarderError.ResponseBodyDestination => Failed(feature.Exception is HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } ? InvalidResponse : ResponseIncomplete),
            ForwarderError.ResponseBodyCanceled when !context.RequestAborted.IsCancellationRequested => Failed(ResponseIncomplete),
            // The client left, or an upgraded connection ended: neither says anything, and there is nobody to tell.
            _ => new(),
        };
    }

    // What was going on decides: the client's own slowness says nothing about the destination.
    private static UpstreamFailure OfClock(Attempt attempt, RequestClock clock)
    {
        if (clock.ClientStalled)
            return attempt.Answered ? new() : OfClient();
        if (clock.IsUpgraded)
            return new();
        return attempt.Answered ? Failed(ResponseTimedOut) : TimedOut(attempt) with { NothingCame = clock.RanOut != Limit.Request };
    }

    private static UpstreamFailure OfClient() => new() { Refusal = RequestRefusal.Of(StatusCodes.Status408RequestTimeout) };

    // The client's body could not be written. What happened to the connection may be told beside, or around it.
    private static UpstreamFailure OfBody(Exception? error, Attempt attempt)
    {
        if (attempt.Answered)
            return Failed(ConnectionLost);
        var causes = error is AggregateException several ? several.InnerExceptions : [];
        foreach (var cause in causes)
        {
            for (var inner = cause; inner is not null; inner = inner.InnerException)
            {
                if (inner is ConnectionLostException or ResendException)
                    return OfCause(inner, attempt)!;
            }
        }
        return causes.Any(cause => cause is OperationCanceledException) ? TimedOut(attempt) : Failed(ConnectionLost);
    }

    // Over HTTP/2 a request that the destination gives up is no longer read from the client, which is told as the client's
    // failure. What it was stands second; a time-out, which the client is to blame for, cancels both.
    private static Exception? TakenFromTheClient(Exception? error) =>
        error is AggregateException { InnerExceptions: [OperationCanceledException, not OperationCanceledException and var cause] } ? cause : null;

    private static bool TimedOutAsAWhole(HttpContext context) =>
        context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true };

    private static UpstreamFailure TimedOut(Attempt attempt) => Failed(attempt.Sent ? ResponseTimedOut : ConnectTimedOut) with { NothingCame = true };

    private static UpstreamFailure Failed(Refusal refusal) => new() { Refusal = refusal, Outcome = AttemptOutcome.Failure };

    private static UpstreamFailure OfException(Exception? error, Attempt attempt)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (OfCause(cause, attempt) is { } failure)
                return failure;
        }
        return attempt.Sent ? Failed(ConnectionLost) : Failed(Unreachable("connection_refused")) with { NothingCame = true };
    }

    private static UpstreamFailure? OfCause(Exception cause, Attempt attempt) => cause switch
    {
        UnsendableTargetException => new() { Refusal = RequestRefusal.Malformed },
        ConnectTimeoutException => Failed(ConnectTimedOut) with { NothingCame = true },
        ConnectionLostException lost => Failed(ConnectionLost) with { NothingCame = true, NotProcessed = lost.Untaken, KeptAliveFoundClosed = lost.Reused, Outcome = OutcomeOf(lost, attempt) },
        ResendException => Failed(ConnectionLost) with { NothingCame = true, NotProcessed = true, GivenBack = true, Outcome = AttemptOutcome.None },
        SocketException socket when !attempt.Sent => Failed(OfSocket(socket)) with { NothingCame = true },
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => Failed(Unreachable("dns_error")) with { NothingCame = true },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: IOException { InnerException: null } } =>
            Failed(ConnectionLost) with { NothingCame = true },
        // Its cause may be a time-out or a socket's error, which say more.
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: not (ConnectTimeoutException or IOException) } =>
            Failed(Unreachable("tls_protocol_error")) with { NothingCame = true },
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => Failed(ConnectionLost),
        // It is the request that asks for a WebSocket, of a backend that has none.
        HttpRequestException { HttpRequestError: HttpRequestError.ExtendedConnectNotSupported } => Failed(InvalidResponse) with { Outcome = AttemptOutcome.None },
        // HTTP/2's handshake came to nothing, before any request: the destination speaks something else.
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null } when !attempt.Sent =>
            Failed(InvalidResponse) with { NothingCame = true },
        // The client could not put the head together.
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null } when attempt is { Answered: false, RequestBody: null or { ReadingBegan: false } } =>
            new() { Refusal = RequestRefusal.Of(StatusCodes.Status400BadRequest) },
        // The body was cut off when the connection went, and all the client tells is that bytes of it are missing.
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null } when attempt is { Kept: not null, Answered: false } =>
            Failed(ConnectionLost) with { NothingCame = true },
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError
                or HttpRequestError.VersionNegotiationError
        } => Failed(InvalidResponse),
        // What a client sends, a backend may send back: its size says nothing of the backend.
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => new() { Refusal = HeadTooLarge },
        _ => null,
    };

    // An idle connection is closed by whichever side had enough of it; nothing else happened. A backend that had enough of an
    // upload whose client pauses says nothing of itself, nor does it fail each of the requests that share the connection.
    private static AttemptOutcome OutcomeOf(ConnectionLostException lost, Attempt attempt) =>
        lost is { Reused: true, Untaken: true } || (attempt.IsUploading && attempt.ClientStalled) || !lost.TryBlame() ? AttemptOutcome.None : AttemptOutcome.Failure;

    private static Refusal OfSocket(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.TimedOut => ConnectTimedOut,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => Unreachable("destination_ip_unroutable"),
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => Unreachable("dns_error"),
        SocketError.ConnectionReset => ConnectionLost,
        _ => Unreachable("connection_refused"),
    };

    private static Refusal Unreachable(string error) => Upstream(StatusCodes.Status502BadGateway, "Backend unreachable", error,
        Refusal.GrpcUnavailable, "No connection to a backend could be established.");

    private static readonly Refusal ConnectTimedOut = Upstream(StatusCodes.Status504GatewayTimeout, "Backend unreachable", "connection_timeout",
        Refusal.GrpcUnavailable, "No connection to a backend was established in time.");

    private static readonly Refusal ConnectionLost = Upstream(StatusCodes.Status502BadGateway, "Backend closed the connection", "connection_terminated",
        Refusal.GrpcUnavailable, "The connection to the backend ended before its response came.");

    private static readonly Refusal ResponseIncomplete = Upstream(StatusCodes.Status502BadGateway, "Backend closed the connection", "http_response_incomplete",
        Refusal.GrpcUnavailable, "The connection to the backend ended in the middle of its response.");

    internal static readonly Refusal ResponseTimedOut = Upstream(StatusCodes.Status504GatewayTimeout, "Backend timed out", "http_response_timeout",
        Refusal.GrpcDeadlineExceeded, "The backend did not respond in time.");

    internal static readonly Refusal InvalidResponse = Upstream(StatusCodes.Status502BadGateway, "Invalid backend response", "http_protocol_error",
        Refusal.GrpcUnavailable, "What the backend sent is not an HTTP response.");

    private static readonly Refusal HeadTooLarge = Upstream(StatusCodes.Status502BadGateway, "Invalid backend response", "http_response_header_section_size",
        Refusal.GrpcUnavailable, "The head of the backend's response is too large.");

    private static Refusal Upstream(int status, string title, string error, int grpcStatus, string detail) => new()
    {
        Status = status,
        Title = title,
        Gate = "upstream",
        ProxyStatusError = error,
        GrpcStatus = grpcStatus,
        Detail = detail,
    };
}
