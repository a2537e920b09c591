using Gateway.Configuration;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.Support;

namespace Gateway.Tests.Telemetry.Scraping;

/// <summary>Room for series is reserved once, by the configuration of the start.</summary>
public sealed class SeriesRoomTests
{
    private const int Max = 20_000;
    private readonly SeriesRoom _room = new();

    [Theory]
    [InlineData(1, 2, 1_000, 1_000)]
    [InlineData(1_000, 1, 4_000, Max)]
    [InlineData(1, 1_000, 4_000, Max)]
    [InlineData(10, 10, 1_000, 6_400)]
    public void Room_OfAConfiguration_IsSeveralTimesWhatItCanMake(int routes, int destinations, int named, int combined)
    {
        _room.Apply(Read(routes, destinations));

        Assert.Equal((named, combined), (_room.OfNamed(Max), _room.OfCombined(Max)));
    }

    [Fact]
    public void Save_WithinTheRoom_IsNotWarnedAbout()
    {
        _room.Apply(Read(1, 2));

        Assert.Empty(_room.Advise(Read(10, 6)));
    }

    [Fact]
    public void Save_ThatOutgrowsTheRoom_IsWarnedAbout()
    {
        _room.Apply(Read(1, 2));
        var grown = Read(1_200, 2);
        _room.Apply(grown);

        var advice = Assert.Single(_room.Advise(grown));

        Assert.Equal("Gateway:Metrics:MaxSeries", advice.Path);
        Assert.Contains("A restart reserves more", advice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_WhereARestartWouldNotHelp_IsNotWarnedAbout()
    {
        _room.Apply(Read(1_250, 4));

        Assert.Empty(_room.Advise(Read(1_300, 4)));
    }

    [Fact]
    public void Check_WithoutAStart_HasNothingReserved() => Assert.Empty(_room.Advise(Read(1_200, 2)));

    private static Snapshot Read(int routes, int destinations)
    {
        var routing = string.Join(",", Enumerable.Range(0, routes).Select(i => $$"""  "r{{i}}": { "ClusterId": "c", "Match": { "Path": "/r{{i}}" } } """));
        var addresses = string.Join(",", Enumerable.Range(0, destinations).Select(i => $$"""  "d{{i}}": { "Address": "http://127.0.0.1:{{i + 1}}/" } """));
        return House.Read($$"""{ "ReverseProxy": { "Routes": { {{routing}} }, "Clusters": { "c": { "Destinations": { {{addresses}} } } } } }""");
    }
}
