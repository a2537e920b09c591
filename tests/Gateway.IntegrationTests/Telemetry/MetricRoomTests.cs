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

    // Their values stand in the code.
    private static readonly string[] Words = ["gate", "scope", "outcome", "code"];

    [Fact]
    public async Task Room_OfEachMetric_IsWhatItsLabelsCanHold()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        var meter = gateway.Services.GetRequiredService<IMeterFactory>().Create(Meters.Gateway);
        var views = new MetricViews(gateway.Services.GetRequiredService<IMeterFactory>(), MaxSeries);

        var rooms = MetricTable.Rows.ToDictionary(row => row.Name, row => views.Of(InstrumentOf(meter, row))!.CardinalityLimit);

        foreach (var row in MetricTable.Rows)
        {
            if (row.Labels.Length == 0)
                Assert.Equal((row.Name, 1), (row.Name, rooms[row.Name]));
            else if (row.Labels.All(Words.Contains))
                Assert.True(rooms[row.Name] < 100, row.Name);
            else
                Assert.Equal((row.Name, MaxSeries), (row.Name, rooms[row.Name]));
        }
    }

    private static Counter<int> InstrumentOf(Meter meter, MetricRow row) =>
        meter.CreateCounter<int>(row.Name.Replace("_total", "", StringComparison.Ordinal).Replace("_seconds", "", StringComparison.Ordinal));
}
