using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>The dashboard can be imported anywhere, and its panels have their places.</summary>
public sealed class DashboardTests
{
    private static readonly JsonNode Dashboard = ObservabilitySample.Dashboard;

    [Fact]
    public void Rows_AreThoseThatAnOperatorAsksFor() => Assert.Equal(
        ["Overview", "Refusals", "Clusters and destinations", "Limits", "Reloads", "Runtime"],
        Dashboard["panels"]!.AsArray().Where(panel => (string?)panel!["type"] == "row").Select(panel => (string?)panel!["title"]));

    [Fact]
    public void Variables_AreTheDataSourceGatewayClusterAndRoute() => Assert.Equal(
        ["datasource", "instance", "cluster", "route"], Dashboard["templating"]!["list"]!.AsArray().Select(variable => (string?)variable!["name"]));

    [Fact]
    public void Panels_AskTheChosenDataSourceOnly()
    {
        Assert.All(ObservabilitySample.Panels, panel => Assert.Equal("${datasource}", (string?)panel["datasource"]!["uid"]));
        Assert.All(ObservabilitySample.Panels.SelectMany(panel => panel["targets"]!.AsArray()), target => Assert.Equal("${datasource}", (string?)target!["datasource"]!["uid"]));
    }

    [Fact]
    public void Panels_HaveIdsOfTheirOwn()
    {
        var ids = Dashboard["panels"]!.AsArray().Select(panel => (int)panel!["id"]!).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Panels_DoNotLieOnEachOther()
    {
        var cells = Dashboard["panels"]!.AsArray().SelectMany(panel => Cells(panel!["gridPos"]!)).ToList();

        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.X, 0, 23));
    }

    private static IEnumerable<(int X, int Y)> Cells(JsonNode place) =>
        from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
        from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
        select (x, y);
}
