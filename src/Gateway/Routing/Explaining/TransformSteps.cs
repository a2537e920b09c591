using Gateway.Configuration;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Routing;

/// <summary>
/// Finds which of a route's transforms did what: the request goes the rest of its way again with none of them, then with
/// the first, the first two, and so on. What a transform is made of does not matter for that.
/// </summary>
internal sealed class TransformSteps(ITransformBuilder builder)
{
    /// <summary>The steps from the request without transforms to the one that was sent, in the order of the configuration.</summary>
    /// <param name="context">The request, after it went its way once.</param>
    /// <param name="destination">The destination that was chosen, and is again.</param>
    public async Task<IReadOnlyList<TransformStep>> FollowAsync(HttpContext context, string destination)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<RouteModel>() is not { Config.Transforms: { Count: > 0 } transforms } route)
            return [];
        var cluster = Alone(route.Cluster!, destination);
        var steps = new List<TransformStep>();
        var before = await SendAsync(0);
        for (var i = 0; i < transforms.Count; i++)
        {
            var after = await SendAsync(i + 1);
            steps.Add(new($"Transforms:{i}:{TransformRule.NameOf(transforms[i])}", before, after));
            before = after;
        }
        return steps;

        async Task<SentRequest?> SendAsync(int count)
        {
            var config = route.Config with { Transforms = [.. transforms.Take(count)] };
            var model = new RouteModel(config, cluster, builder.Build(config, cluster.Model.Config));
            return await AgainAsync(context, new(endpoint.RequestDelegate!, endpoint.RoutePattern, endpoint.Order, new(endpoint.Metadata.Append(model)), endpoint.DisplayName));
        }
    }

    // From the balancer on, as what stands before it has admitted the request already. The answer is of no interest.
    private static async Task<SentRequest?> AgainAsync(HttpContext context, RouteEndpoint endpoint)
    {
        var features = context.Features;
        var (response, body) = (features.Get<IHttpResponseFeature>(), features.Get<IHttpResponseBodyFeature>());
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<SentRequest>(null);
        context.SetEndpoint(endpoint);
        try
        {
            await endpoint.RequestDelegate!(context);
            return features.Get<SentRequest>();
        }
        finally
        {
            features.Set(response);
            features.Set(body);
        }
    }

    // The same cluster with the one destination that was chosen: another one has another address, and that is no transform's doing.
    private static ClusterState Alone(ClusterState cluster, string destination)
    {
        DestinationState[] chosen = [cluster.Destinations[destination]];
        return new ClusterState(cluster.ClusterId, cluster.Model) { DestinationsState = new ClusterDestinationsState(chosen, chosen) };
    }
}

/// <summary>What one transform made of a request.</summary>
/// <param name="Name">Where it stands in its route, and what it is: <c>Transforms:0:PathPrefix</c>.</param>
/// <param name="Before">The request without it.</param>
/// <param name="After">The request with it.</param>
internal sealed record TransformStep(string Name, SentRequest? Before, SentRequest? After)
{
    /// <summary>Whether something differs by it.</summary>
    public bool Changes(Func<SentRequest, string?> part) => Before is not null && After is not null && part(Before) != part(After);
}
