using System.Text;
using Gateway.Routing;

namespace Gateway.Commands;

/// <summary>An explanation for people: what happens first, why not otherwise after it.</summary>
internal sealed class ExplanationText
{
    private const int LongestName = 24;
    private readonly StringBuilder _text = new();

    public static string Write(Explanation explanation)
    {
        var text = new ExplanationText();
        text.Request(explanation);
        text.Route(explanation);
        text.Limits(explanation.Limits);
        text.Cluster(explanation.Cluster);
        text.Sent(explanation.Sent);
        text.PassedOver(explanation.PassedOver);
        return text._text.ToString().TrimEnd('\n');
    }

    private void Line(string heading, string text) => _text.Append($"{heading,-12}{text}".TrimEnd()).Append('\n');

    private void Request(Explanation explanation)
    {
        var request = explanation.Request;
        Line("Request", $"{request.Method} {request.Scheme}://{request.Host}{request.Target} from {request.Client}");
        if (request.Target != request.Path + request.Query)
            Line("", $"matched as {request.Path}");
        Line("Outcome", explanation switch
        {
            { Refusal: { } refusal } => $"{refusal.Status} {refusal.Title} (gate {refusal.Gate}): {refusal.Detail}",
            { Sent: { } sent } => $"forwarded to destination {sent.Destination}",
            _ => $"the gateway answers {explanation.Status} itself",
        });
    }

    private void Route(Explanation explanation)
    {
        if (explanation.Route is not { } route)
        {
            Line("Route", "none");
            return;
        }
        Line("Route", $"{route.Id}: {route.Path}, order {route.Order}");
        foreach (var (name, value) in route.Values)
            Line("", $"{name} = {value}");
    }

    private void Limits(IReadOnlyList<ExplainedLimit> limits)
    {
        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            var whose = limit.BucketOf is null ? "" : $", bucket of {limit.BucketOf}";
            Line(i == 0 ? "Limits" : "",
                $"{limit.Scope}: {limit.TokenLimit} tokens, full at a start, {limit.TokensPerPeriod} back every {limit.ReplenishmentPeriod:g}{whose}");
        }
    }

    private void Cluster(ExplainedCluster? cluster)
    {
        if (cluster is null)
            return;
        Line("Cluster", $"{cluster.Id}, {cluster.LoadBalancingPolicy}{(cluster.Destinations.Count == 0 ? ", no destinations" : "")}");
        var columns = cluster.Destinations.SelectMany(destination => destination.Texts.Keys).Distinct().ToList();
        List<string[]> rows = [["destination", "address", .. columns, "can take it"]];
        rows.AddRange(cluster.Destinations.Select(destination => (string[])
            [destination.Id, destination.Address, .. columns.Select(column => destination.Texts.GetValueOrDefault(column, "")), destination.TakesRequest ? "yes" : "no"]));
        if (rows.Count > 1)
            Table(rows);
        foreach (var note in cluster.Notes)
            Line("", note);
    }

    private void Table(List<string[]> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            Line("", string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))));
    }

    private void Sent(ExplainedTransforms? sent)
    {
        var heading = "Transforms";
        foreach (var line in sent is null ? [] : TransformText.Lines(sent))
        {
            Line(heading, line);
            heading = "";
        }
    }

    private void PassedOver(IReadOnlyList<PassedOver> routes)
    {
        if (routes.Count == 0)
            return;
        _text.Append("Passed over\n");
        var width = Math.Min(LongestName, routes.Max(route => route.Route.Length));
        foreach (var route in routes)
            _text.Append("  ").Append(route.Route.PadRight(width)).Append("  ").Append(route.Reason).Append('\n');
    }
}
