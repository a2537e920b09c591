using System.Globalization;
using Gateway.Configuration;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration.Schema;

/// <summary>The ranges of the schema are those that the reader holds to.</summary>
public sealed class SchemaRangeTests
{
    [Fact]
    public void Ranges_OfNumbers_AreThoseOfTheReader()
    {
        var limited = SchemaNode.Read.Where(node => node.Schema.ContainsKey("minimum")).ToList();

        Assert.NotEmpty(limited);
        Assert.All(limited, node =>
        {
            var (least, most) = (Number(node, "minimum"), Number(node, "maximum"));
            Assert.Empty(node.FaultsOf(Text(least)).Concat(node.FaultsOf(Text(most))));
            Assert.NotEmpty(node.FaultsOf(Text(least - 1)));
            Assert.NotEmpty(node.FaultsOf(Text(most + 1)));
        });
    }

    [Fact]
    public void Ranges_OfEveryDeclaredSetting_AreTold() =>
        Assert.All(House.Get<IEnumerable<SettingsSection>>(), section => Assert.All(SettingsType.KeysOf(section.Baseline.GetType()), key =>
        {
            if (YarpRanges.Of(key) is not { } range)
                return;
            var place = section.AmongOthers ? SchemaNode.PlacesOf(section).First(path => path.EndsWith(key.Name, StringComparison.Ordinal)) : SchemaNode.PlacesOf(section).First() + $":{key.Name}";
            // The range of a list is that of what it holds.
            var node = SchemaNode.At(SettingsType.KindOf(SettingsType.TypeOf(key)) == SettingsKind.List ? place + ":0" : place);
            if (SettingsType.TypeOf(key) == typeof(TimeSpan))
                Assert.Contains($"Allowed is {range.Minimum} to {range.Maximum}.", (string?)node.Schema["description"], StringComparison.Ordinal);
            else
                Assert.Equal((Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture)), (Number(node, "minimum"), Number(node, "maximum")));
        }));

    private static double Number(SchemaNode node, string keyword) => double.Parse(node.Schema[keyword]!.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
