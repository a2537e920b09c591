using System.Globalization;
using Microsoft.AspNetCore.Routing.Matching;
using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>Says of each route that did not get a request why it did not.</summary>
internal sealed class PassedOverRoutes(RouteConditions conditions, IEnumerable<MatcherPolicy> policies)
{
    // What one of two routes names and the other does not, in the order in which the matcher asks.
    private static readonly (string Policy, string Word)[] Words =
        [("HttpMethod", "methods"), ("Host", "hosts"), ("Header", "headers"), ("Query", "query parameters")];

    // The matcher goes by the host before it weighs anything else, and looks no further than the closest.
    private const string CloserHost = "where routes name the host, those that name it most closely are the only ones looked at";

    private readonly IEndpointComparerPolicy[] _comparers = [.. policies.OrderBy(policy => policy.Order).OfType<IEndpointComparerPolicy>()];

    /// <param name="request">The request at the moment of matching.</param>
    /// <param name="chosen">The route that it took; null when it took none.</param>
    /// <param name="undecided">Whether the matcher found several and could not decide.</param>
    /// <param name="all">All routes.</param>
    /// <returns>Near misses first: the route of which most conditions hold.</returns>
    public async Task<IReadOnlyList<PassedOver>> ExplainAsync(HttpContext request, RouteEndpoint? chosen, bool undecided, IEnumerable<RouteEndpoint> all)
    {
        var told = new List<(int Held, PassedOver Why)>();
        foreach (var endpoint in all)
        {
            if (ReferenceEquals(endpoint, chosen) || endpoint.Metadata.GetMetadata<RouteModel>() is not { } route)
                continue;
            var failed = await conditions.FirstFailedAsync(request, endpoint);
            told.Add(((int?)failed ?? int.MaxValue, Tell(request.Request, endpoint, route, failed) ?? AllHold(endpoint, route, chosen, undecided)));
        }
        return [.. told.OrderByDescending(route => route.Held).ThenBy(route => route.Why.Order)
            .ThenBy(route => route.Why.Route, StringComparer.OrdinalIgnoreCase).Select(route => route.Why)];
    }

    public static string Template(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText ?? "";

    private static PassedOver? Tell(HttpRequest request, RouteEndpoint endpoint, RouteModel route, Condition? failed)
    {
        if (failed is not { } condition)
            return null;
        var template = Template(endpoint);
        var wanted = ConditionText.Wanted(condition, route.Config.Match, template);
        var found = ConditionText.Found(condition, route.Config.Match, request);
        return new(route.Config.RouteId, endpoint.Order, template, condition.ToString().ToLowerInvariant(),
            ConditionText.Reason(condition, wanted, found), wanted, found);
    }

    private PassedOver AllHold(RouteEndpoint endpoint, RouteModel route, RouteEndpoint? chosen, bool undecided)
    {
        var reason = chosen is not null ? Precedence(endpoint, chosen)
            : undecided ? "matches, but so does another route, and nothing puts one of them first"
            : $"would match alone, but {CloserHost}";
        return new(route.Config.RouteId, endpoint.Order, Template(endpoint), "precedence", reason, null, null);
    }

    private string Precedence(RouteEndpoint endpoint, RouteEndpoint chosen)
    {
        var first = $"matches too, but route {chosen.Metadata.GetMetadata<RouteModel>()!.Config.RouteId} comes first: ";
        if (chosen.Order < endpoint.Order)
            return string.Create(CultureInfo.InvariantCulture, $"{first}order {chosen.Order} before {endpoint.Order}");
        if (chosen.Order == endpoint.Order && chosen.RoutePattern.InboundPrecedence < endpoint.RoutePattern.InboundPrecedence)
            return $"{first}path template {Template(chosen)} is more specific";
        var decided = chosen.Order == endpoint.Order ? _comparers.FirstOrDefault(policy => policy.Comparer.Compare(chosen, endpoint) < 0) : null;
        var word = Words.FirstOrDefault(word => decided?.GetType().Name.StartsWith(word.Policy, StringComparison.Ordinal) is true).Word;
        return first + (word is null ? CloserHost : $"it names {word}");
    }
}
