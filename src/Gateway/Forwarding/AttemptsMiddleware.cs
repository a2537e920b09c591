using Gateway.LoadBalancing;
using Gateway.Refusals;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>
/// Stands where YARP's load balancing stood: chooses a destination, lets YARP forward to it, and
/// when that came to nothing and nothing is lost by it, tries another one.
/// </summary>
internal sealed class AttemptsMiddleware(
    RequestDelegate next, Chooser chooser, ClusterForwarding clusters, Retries retries, ForwardingMetrics metrics, TimeProvider time,
    ILogger<AttemptsMiddleware> logger)
{
    // Of the second attempt; the third may wait twice as long.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    public async Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        var aborted = context.RequestAborted;
        var attempt = Prepare(context, proxy);
        try
        {
            for (var retrying = false; ; retrying = true)
            {
                var choice = await ChooseAsync(attempt, aborted);
                if (!choice.IsAdmitted)
                {
                    await RefuseAsync(attempt.Exchange, choice.Refusal!, retrying);
                    return;
                }
                UpstreamFailure? failure;
                try
                {
                    attempt.Begin(choice.Admission);
                    await ForwardAsync(context, proxy, attempt, aborted);
                    failure = Judge(context, attempt, retrying);
                }
                finally
                {
                    attempt.End();
                }
                if (!await GoesOnAsync(attempt, failure, aborted))
                    return;
                Reset(context, proxy);
            }
        }
        finally
        {
            attempt.EndRequest();
        }
    }

    private Attempt Prepare(HttpContext context, IReverseProxyFeature proxy)
    {
        var exchange = Exchange.Of(context);
        IgnoreUpgrade(context.Request);
        var isStream = UpgradedBodies.IsAskedFor(context);
        HopByHop.Remove(context.Request.Headers, exchange.NamedByConnection);
        var cluster = proxy.Route.Cluster!;
        var state = clusters.Of(cluster.ClusterId);
        state.Budget.CountRequest(exchange.Started);
        var settings = state.Budget.Settings;
        var timeouts = clusters.TimeoutsOf(proxy.Route.Config.RouteId, state);
        var bound = FindBound(proxy);
        LimitBody(context, proxy.Route.Config.MaxRequestBodySize);
        var kept = Keep(context, exchange.RequestBody, settings);
        var attempt = new Attempt(exchange, metrics, time)
        {
            Wish = new Wish(context, cluster, bound, Affine: bound is not null, Tried: null) { IsStream = isStream },
            Budget = state.Budget,
            Retries = settings.StatusCodes.Count > 0 || kept is not null ? retries : null,
            Timeouts = timeouts,
            Kept = kept,
            Clock = timeouts.NeedClock ? RequestClock.Start(timeouts, exchange, kept, time) : null,
        };
        exchange.Forwarding = attempt;
        return attempt;
    }

    // A WebSocket's handshake is a GET (RFC 6455 §4.1), and YARP makes one of any other method. An upgrade may be ignored (RFC 9110 §7.8).
    private static void IgnoreUpgrade(HttpRequest request)
    {
        if (request.Headers.Upgrade.Count > 0 && !HttpMethods.IsGet(request.Method))
            request.Headers.Upgrade = default;
    }

    // YARP would do it with each attempt, and the server takes no limit any more once the body was looked at.
    private static void LimitBody(HttpContext context, long? bytes)
    {
        if (bytes is { } limit && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit < 0 ? null : limit;
    }

    private static KeptBody? Keep(HttpContext context, RequestBody? body, RetrySettings settings)
    {
        if (body is null || settings.Attempts <= 1)
            return null;
        var length = context.Request.ContentLength;
        // What is known not to fit is not begun to be kept.
        var kept = new KeptBody(body, length > settings.MaxBufferedBody ? 0 : settings.MaxBufferedBody);
        context.Request.Body = kept;
        return kept;
    }

    // A discarded answer has chosen already.
    private ValueTask<Choice> ChooseAsync(Attempt attempt, CancellationToken aborted) => attempt.TryTakeFollowing(out var admission)
        ? new(Choice.Admitted(admission))
        : chooser.ChooseAsync(attempt.Wish, aborted, attempt.Clock?.Token ?? default);

    private Task ForwardAsync(HttpContext context, IReverseProxyFeature proxy, Attempt attempt, CancellationToken aborted)
    {
        // A destination is a list of itself: what YARP forwards to is what was chosen.
        proxy.AvailableDestinations = attempt.Destination;
        // As late as can be: the end of a body may have come since.
        if (attempt.RequestBody?.IsNone() is true)
            context.Features.Set<IHttpRequestBodyDetectionFeature>(NoBody.Instance);
        return attempt.Clock is { } clock ? ForwardAsync(context, clock, aborted) : next(context);
    }

    private async Task ForwardAsync(HttpContext context, RequestClock clock, CancellationToken aborted)
    {
        clock.OnBegun();
        context.RequestAborted = clock.Token;
        try
        {
            await next(context);
        }
        finally
        {
            // For all others it is the client's leaving and nothing else.
            context.RequestAborted = aborted;
        }
    }

    private UpstreamFailure? Judge(HttpContext context, Attempt attempt, bool retrying)
    {
        var failure = UpstreamFailure.Of(context, attempt);
        // An answer was judged when its headers came; without one, none was asked for.
        attempt.Judge(failure?.Outcome ?? AttemptOutcome.None);
        if (retrying)
            metrics.Retried(attempt.Wish.Cluster.ClusterId, failure is null && !attempt.FailedByStatus ? "success" : "failure");
        return failure;
    }

    /// <summary>Whether another attempt follows. Answers the client where none does and nobody else answered.</summary>
    private async ValueTask<bool> GoesOnAsync(Attempt attempt, UpstreamFailure? failure, CancellationToken aborted)
    {
        var exchange = attempt.Exchange;
        if (failure is not null)
        {
            metrics.Failed(exchange, failure);
            attempt.Keep(failure.Refusal);
            Tell(exchange, failure);
        }
        // Where an answer was discarded, the next destination is admitted already.
        else if (!attempt.HasFollowing)
        {
            await AnswerBareAsync(exchange.Context, attempt, aborted);
            return false;
        }
        if ((attempt.HasFollowing || retries.MayRepeat(attempt, failure!))
            && attempt.Clock?.TryRenew() is not false
            && (attempt.Kept is not { } kept || await kept.RewindAsync(aborted)))
        {
            if (attempt.NeedsPause)
                await PauseAsync(attempt, aborted);
            return true;
        }
        // A discarded answer cannot be had back: time ran out between it and the next attempt.
        var refusal = failure?.Refusal ?? (attempt.HasFollowing ? UpstreamFailure.ResponseTimedOut : null);
        if (refusal is not null)
        {
            await RefusalWriter.WriteAsync(exchange.Context, refusal);
        }
        else if (!await AnswerBareAsync(exchange.Context, attempt, aborted) && attempt.Clock is { ClientStalled: true })
        {
            // The response was broken off, and nobody knows whether its client is still there.
            exchange.Aborted = true;
        }
        return false;
    }

    // YARP gives some answers without a word: to a WebSocket's handshake that is none, and where a backend takes none.
    private static async ValueTask<bool> AnswerBareAsync(HttpContext context, Attempt attempt, CancellationToken aborted)
    {
        var status = context.Response.StatusCode;
        if (context.Response.HasStarted || attempt.Exchange.ResponseBody is { Bytes: > 0 } || aborted.IsCancellationRequested
            || status < StatusCodes.Status400BadRequest || (attempt.Answered && attempt.Status == status))
        {
            return false;
        }
        await RefusalWriter.WriteAsync(context, status == StatusCodes.Status502BadGateway ? UpstreamFailure.InvalidResponse : RequestRefusal.Of(status));
        return true;
    }

    // Requests that came at once were given back at once, as a connection takes more than its backend allows until that is
    // heard. At once again, they would meet the next connection in the same way.
    private async ValueTask PauseAsync(Attempt attempt, CancellationToken aborted)
    {
        var pause = LongestPause * (attempt.Exchange.Attempts * Random.Shared.NextDouble());
        await Task.Delay(pause, time, attempt.Clock?.Token ?? aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Tell(Exchange exchange, UpstreamFailure failure)
    {
        if (failure is not { Outcome: AttemptOutcome.Failure, Refusal: { } refusal })
            return;
        // The innermost error says what happened; those around it, where in the client it passed.
        var cause = exchange.Context.Features.Get<IForwarderErrorFeature>()?.Exception?.GetBaseException();
        ForwardingLog.AttemptFailed(logger, exchange.Attempts, exchange.Method, exchange.Route, exchange.Destination, exchange.Cluster,
            refusal.ProxyStatusError, cause?.Message ?? refusal.Detail, exchange.Trace.TraceId);
    }

    // When no destination is left for another attempt, the failure of the last one says more than the refusal to begin one.
    private static Task RefuseAsync(Exchange exchange, Refusal refusal, bool retrying) =>
        RefusalWriter.WriteAsync(exchange.Context, retrying && exchange.LastFailure is { } failure ? failure : refusal);

    // What a client is bound to is one destination, or a part of them; null where it is bound to none, and goes to whichever
    // is up when it is chosen. The list of those that are up may be a newer one by now.
    private static IReadOnlyList<DestinationState>? FindBound(IReverseProxyFeature proxy)
    {
        if (proxy.Cluster.Config.SessionAffinity is not { Enabled: true })
            return null;
        var destinations = proxy.AvailableDestinations;
        return destinations is DestinationState
            || (!ReferenceEquals(destinations, proxy.Route.Cluster!.DestinationsState.AvailableDestinations)
                && destinations.Count < proxy.AllDestinations.Count) ? destinations : null;
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public static readonly NoBody Instance = new();

        public bool CanHaveBody => false;
    }

    // As if the attempt had not been: YARP left a status, an error and a destination behind.
    private static void Reset(HttpContext context, IReverseProxyFeature proxy)
    {
        context.Response.Clear();
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        context.Features.Set<IForwarderErrorFeature>(null);
        proxy.ProxiedDestination = null;
    }
}
