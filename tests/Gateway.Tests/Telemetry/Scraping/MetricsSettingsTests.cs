using Gateway.Configuration;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Telemetry.Scraping;

public sealed class MetricsSettingsTests
{
    [Theory]
    [InlineData("{}", true, 20_000)]
    [InlineData("""{ "Enabled": false, "MaxSeries": 1000 }""", false, 1_000)]
    [InlineData("""{ "MaxSeries": 1000000 }""", true, 1_000_000)]
    public void Settings_OfTheHost_AreThoseOfTheConfiguration(string json, bool enabled, int maxSeries)
    {
        var read = Read(json).Get(MetricsSettings.Section)!;
        var ofHost = MetricsSettings.Of(new ConfigurationBuilder().AddInMemoryCollection(Read(json).Effective).Build());

        Assert.Equal(new MetricsSettings { Enabled = enabled, MaxSeries = maxSeries }, read);
        Assert.Equal(read, ofHost);
    }

    [Theory]
    [InlineData("""{ "MaxSeries": 999 }""", "Gateway:Metrics:MaxSeries")]
    [InlineData("""{ "MaxSeries": 1000001 }""", "Gateway:Metrics:MaxSeries")]
    [InlineData("""{ "Enabled": "perhaps" }""", "Gateway:Metrics:Enabled")]
    [InlineData("""{ "Series": 1 }""", "Gateway:Metrics:Series")]
    public void Settings_ThatCannotBe_AreFaults(string json, string path)
    {
        House.Read(Text(json), out var faults);

        Assert.Contains(path, Assert.Single(faults.All).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", """{ "Enabled": true }""", null)]
    [InlineData("{}", """{ "Enabled": false }""", "Gateway:Metrics:Enabled")]
    [InlineData("""{ "MaxSeries": 5000 }""", "{}", "Gateway:Metrics:MaxSeries")]
    public void Save_OfWhatIsReadAtTheStart_IsAFault(string before, string after, string? path)
    {
        var faults = new FaultList();

        new MetricsReloadRule().Check(Read(before), Read(after), faults);

        if (path is null)
            Assert.Empty(faults.All);
        else
            Assert.Contains($"{path}", Assert.Single(faults.All).ToString(), StringComparison.Ordinal);
    }

    private static Snapshot Read(string metrics) => House.Read(Text(metrics));

    private static string Text(string metrics) => $$"""{ "Gateway": { "Metrics": {{metrics}} }, "ReverseProxy": { "Routes": {} } }""";
}
