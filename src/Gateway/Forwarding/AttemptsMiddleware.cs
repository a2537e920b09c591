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
    RequestDelegate next, Chooser chooser, ClusterForwarding clusters, ForwardingMetrics metrics, TimeProvider time,
    ILogger<AttemptsMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = Exchange.Of(context);
        var proxy = context.GetReverseProxyFeature();
        var cluster = proxy.Route.Cluster!;
        var budget = clusters.Of(cluster.ClusterId).Budget;
        budget.CountRequest(exchange.Started);

        HopByHop.Remove(context.Request.Headers, context.Request.Headers.Connection);
        var attempt = new Attempt(exchange, metrics, time);
        exchange.Forwarding = attempt;
        var healthy = proxy.AvailableDestinations;
        var wish = new Wish(context, cluster, healthy, Affine: IsAffine(proxy, healthy), Tried: null);
        var retrying = false;
        while (true)
        {
            var choice = await chooser.ChooseAsync(wish, context.RequestAborted);
            if (!choice.IsAdmitted)
            {
                await RefuseAsync(exchange, choice.Refusal!, retrying);
                return;
            }
            attempt.Begin(choice.Admission);
            UpstreamFailure? failure;
            try
            {
                // A destination is a list of itself: what YARP forwards to is what was chosen.
                proxy.AvailableDestinations = attempt.Destination;
                await next(context);
                failure = UpstreamFailure.Of(context, attempt);
                attempt.Judge(failure?.Outcome ?? AttemptOutcome.Success);
            }
            finally
            {
                attempt.End();
            }
            if (retrying)
                metrics.Retried(cluster.ClusterId, failure is null ? "success" : "failure");
            if (failure is null)
                return;
            metrics.Failed(exchange, failure);
            attempt.Keep(failure.Refusal);
            Tell(exchange, failure);
            if (Next(wish, failure, exchange, attempt, budget) is not { } again)
            {
                if (failure.Refusal is not null)
                    await RefusalWriter.WriteAsync(context, failure.Refusal);
                return;
            }
            (wish, retrying) = (again, true);
            Reset(context, proxy);
        }
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

    /// <summary>What to ask of the chooser for another attempt; null when there must be none.</summary>
    private Wish? Next(Wish wish, UpstreamFailure failure, Exchange exchange, Attempt attempt, RetryBudget budget)
    {
        exchange.LastFailure = failure.Refusal;
        var settings = budget.Settings;
        if (!settings.Enabled || exchange.Attempts >= settings.MaxAttempts || !MayRepeat(exchange, failure, attempt))
            return null;
        var others = wish with { Tried = [.. wish.Tried ?? [], attempt.Destination] };
        if (!chooser.IsAnyLeft(others))
        {
            if (!failure.KeptAliveFoundClosed)
                return null;
            others = wish;
        }
        if (!budget.TryTakeRetry())
        {
            metrics.Retried(wish.Cluster.ClusterId, "budget_exhausted");
            return null;
        }
        return others;
    }

    private static bool MayRepeat(Exchange exchange, UpstreamFailure failure, Attempt attempt)
    {
        var context = exchange.Context;
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || !failure.NothingCame)
            return false;
        // What was read of the client's body cannot be read again.
        return exchange.RequestBody is not { ReadingBegan: true } && (!attempt.Sent || failure.NotProcessed || IsIdempotent(context.Request.Method));
    }

    // RFC 9110 §9.2.2.
    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);

    private static bool IsAffine(IReverseProxyFeature proxy, IReadOnlyList<DestinationState> destinations) =>
        proxy.Cluster.Config.SessionAffinity is { Enabled: true }
        && !ReferenceEquals(destinations, proxy.Route.Cluster!.DestinationsState.AvailableDestinations)
        && destinations.Count < proxy.AllDestinations.Count;

    // As if the attempt had not been: YARP left a status, an error and a destination behind.
    private static void Reset(HttpContext context, IReverseProxyFeature proxy)
    {
        context.Response.Clear();
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        context.Features.Set<IForwarderErrorFeature>(null);
        proxy.ProxiedDestination = null;
    }
}
