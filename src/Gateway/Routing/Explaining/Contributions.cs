using System.Text.Json.Nodes;
using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>Who limits requests tells which limits stand in the way of this one.</summary>
internal interface ILimitTeller
{
    IEnumerable<ExplainedLimit> LimitsOf(HttpContext context, string routeId);
}

/// <summary>Who keeps a state of every destination tells it, as it is now.</summary>
internal interface IDestinationTeller
{
    DestinationFact StateOf(ClusterState cluster, DestinationState destination);
}

/// <summary>Who chooses destinations tells how, and which could be chosen now.</summary>
internal interface IChoiceTeller
{
    string PolicyOf(ClusterState cluster);

    bool CouldTake(HttpContext context, ClusterState cluster, DestinationState destination);
}

/// <summary>One thing to know of a destination.</summary>
/// <param name="Name">What it is about, in one word.</param>
/// <param name="Value">Its value, for scripts.</param>
/// <param name="Text">Its value, for a table.</param>
/// <param name="Note">What a reader should know of such values; null where they speak for themselves.</param>
internal sealed record DestinationFact(string Name, JsonNode? Value, string Text, string? Note = null);

/// <summary>A request as it would go to a destination; a feature of the request that is explained.</summary>
internal sealed record SentRequest(string Destination, string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>Sees every request at the moment when its route was looked for.</summary>
internal interface IMatchWitness
{
    Task MatchedAsync(HttpContext context);
}
