using Gateway.Refusals;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>Follows one request through the pipeline and says what it met. Used for one request.</summary>
internal sealed class Explainer(
    PassedOverRoutes others, ClusterExplainer clusters, IEnumerable<ILimitTeller> limits, TransformSteps transforms, IServiceProvider services) : IMatchWitness
{
    private Explanation? _matched;

    /// <summary>Sends the request through <paramref name="pipeline"/>.</summary>
    public async Task<Explanation> ExplainAsync(HttpContext context, RequestDelegate pipeline)
    {
        var came = new Transformed(context);
        await pipeline(context);
        // Where the matcher cannot decide between routes it fails, and nobody behind it hears of the request.
        if (_matched is null)
            await ExplainMatchAsync(context, undecided: true);
        var sent = context.Features.Get<SentRequest>();
        var refusal = Exchange.Of(context).Refusal;
        var explanation = _matched! with
        {
            Outcome = sent is not null ? "forwarded" : refusal is not null ? "refused" : "answered",
            Status = sent is not null ? null : refusal?.Status ?? context.Response.StatusCode,
            Refusal = refusal is null ? null : new(refusal.Status, refusal.Title, refusal.Gate, refusal.Detail),
        };
        return sent is null ? explanation : explanation with { Sent = came.Into(sent, await transforms.FollowAsync(context, sent.Destination)) };
    }

    public Task MatchedAsync(HttpContext context) => ExplainMatchAsync(context, undecided: false);

    private async Task ExplainMatchAsync(HttpContext context, bool undecided)
    {
        var endpoint = context.GetEndpoint() as RouteEndpoint;
        var route = endpoint?.Metadata.GetMetadata<RouteModel>();
        var chosen = route is null ? null : endpoint;
        var all = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
        _matched = new Explanation
        {
            Outcome = "",
            Request = Message(context),
            Route = route is null ? null : new(route.Config.RouteId, chosen!.Order, PassedOverRoutes.Template(chosen), Values(context)),
            Limits = [.. limits.SelectMany(teller => teller.LimitsOf(context, route?.Config.RouteId ?? ""))],
            Cluster = route?.Cluster is { } cluster ? clusters.Explain(context, cluster) : null,
            // What is refused as malformed was never compared with a route.
            PassedOver = Exchange.Of(context).Refusal == RequestRefusal.Malformed ? [] : await others.ExplainAsync(context, chosen, undecided, all),
        };
    }

    private static ExplainedMessage Message(HttpContext context)
    {
        var request = context.Request;
        return new(request.Method, context.Features.Get<IHttpRequestFeature>()!.RawTarget, request.Scheme, request.Host.Value ?? "", request.Path.Value ?? "", request.QueryString.Value ?? "",
            context.Connection.RemoteIpAddress?.ToString());
    }

    private static Dictionary<string, string?> Values(HttpContext context) =>
        context.Request.RouteValues.ToDictionary(value => value.Key, value => value.Value?.ToString());
}
