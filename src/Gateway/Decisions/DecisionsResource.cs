using System.Globalization;
using System.Text.Json;
using Gateway.Management;
using Gateway.Management.Status;

namespace Gateway.Decisions;

/// <summary><c>/api/decisions</c>: the last refused and failed requests, or one of them by its trace id.</summary>
internal sealed class DecisionsResource(DecisionRecord record, DecisionJson words, INearMisses nearMisses) : IManagementResource
{
    private const int UsualLimit = 50;
    private const int LargestLimit = 1000;
    private const int MostOfOneTrace = 20;

    public string Path => "/api/decisions";

    public Task AnswerAsync(HttpContext context, string rest) => rest.Length > 0 ? AnswerOneAsync(context, rest) : AnswerListAsync(context);

    private Task AnswerListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = UsualLimit;
        if (query.TryGetValue("limit", out var text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > LargestLimit))
        {
            return ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status400BadRequest, "Invalid limit", $"A limit is a number from 1 to {LargestLimit}.");
        }
        var (gate, route) = (query["gate"].ToString(), query["route"].ToString());
        var ring = record.Ring;
        var decisions = ring.NewestFirst()
            .Where(decision => (gate.Length == 0 || decision.Refusal.Gate == gate) && (route.Length == 0 || decision.Route.Equals(route, StringComparison.OrdinalIgnoreCase)))
            .Take(limit);
        return ManagementAnswer.WriteJsonAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("version", StatusDocument.ApiVersion);
            json.WriteNumber("capacity", ring.Capacity);
            WriteAll(json, "decisions", decisions);
            json.WriteEndObject();
        });
    }

    // A client may send several requests in one trace: the newest is told, and those before it with it.
    private Task AnswerOneAsync(HttpContext context, string traceId)
    {
        var found = record.Ring.NewestFirst().Where(decision => decision.IsOf(traceId)).Take(MostOfOneTrace).ToList();
        return found.Count == 0
            ? ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status404NotFound, "No such decision",
                "No request that was refused and is still remembered has this trace id.")
            : ManagementAnswer.WriteJsonAsync(context, StatusCodes.Status200OK, json =>
            {
                json.WriteStartObject();
                json.WriteNumber("version", StatusDocument.ApiVersion);
                words.WriteProperties(json, found[0], json => WriteNearMisses(json, found[0]));
                WriteAll(json, "earlierOfTrace", found.Skip(1));
                json.WriteEndObject();
            });
    }

    // Found when it is asked for: who sends requests to nowhere is not to make the gateway work for each.
    private void WriteNearMisses(Utf8JsonWriter json, Decision decision)
    {
        if (decision.Refusal.Gate != "route")
            return;
        json.WriteStartArray("nearestRoutes");
        foreach (var (route, reason) in nearMisses.Find(decision.Method, decision.Host, decision.Path))
        {
            json.WriteStartObject();
            json.WriteString("route", route);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteAll(Utf8JsonWriter json, string name, IEnumerable<Decision> decisions)
    {
        json.WriteStartArray(name);
        foreach (var decision in decisions)
            words.Write(json, decision);
        json.WriteEndArray();
    }
}
