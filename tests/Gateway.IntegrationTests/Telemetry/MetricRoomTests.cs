using System.Diagnostics.Metrics;
using Gateway.IntegrationTests.Support;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A metric has room for what its labels can hold: the room is reserved when a gateway starts.</summary>
public sealed class MetricRoomTests
{
    private const int MaxSeries = 5_000;
    private const int Routes = 300;
    private const int Destinations = 3;

    // Their values stand in the code.
    private static readonly string[] Words = ["gate", "scope", "outcome", "code"];

    // Codes, errors or outcomes beside what they name: 300 routes, 3 destinations and 16 codes are more than may be.
    private static readonly string[] Combined =
        ["gateway_requests_total", "gateway_upstream_errors_total", "gateway_retries_total", "gateway_health_contradictions_total"];

    [Fact]
    public async Task Room_OfEachMetric_IsWhatItsLabelsCanHold()
    {
        var config = new GatewayConfig().Destinations(GatewayConfig.ClusterId, [.. Enumerable.Range(1, Destinations).Select(i => new Uri($"http://127.0.0.1:9/{i}/"))]);
        for (var i = 0; i < Routes; i++)
            config.Route($"r{i}", $"/r{i}", GatewayConfig.ClusterId);
        await using var gateway = await GatewayFactory.StartAsync(config);
        var meter = gateway.Services.GetRequiredService<IMeterFactory>().Create(Meters.Gateway);
        var views = new MetricViews(gateway.Services.GetRequiredService<IMeterFactory>(), gateway.Services.GetRequiredService<SeriesRoom>(), MaxSeries);

        var rooms = MetricTable.Rows.ToDictionary(row => row.Name, row => views.Of(InstrumentOf(meter, row))!.CardinalityLimit);

        foreach (var row in MetricTable.Rows)
        {
            if (row.Labels.Length == 0)
                Assert.Equal((row.Name, 1), (row.Name, rooms[row.Name]));
            else if (row.Labels.All(Words.Contains))
                Assert.True(rooms[row.Name] < 100, row.Name);
            else
                Assert.Equal((row.Name, Combined.Contains(row.Name) ? MaxSeries : 4 * Routes), (row.Name, rooms[row.Name]));
        }
    }

    private static Counter<int> InstrumentOf(Meter meter, MetricRow row) =>
        meter.CreateCounter<int>(row.Name.Replace("_total", "", StringComparison.Ordinal).Replace("_seconds", "", StringComparison.Ordinal));
}
