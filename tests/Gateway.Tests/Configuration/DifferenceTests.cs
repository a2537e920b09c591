using Gateway.Configuration;
using Gateway.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class DifferenceTests
{
    private const string Before = """
        { "Gateway": { "Drain": { "Timeout": "00:00:30" } }, "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:1" } } }, "ReverseProxy": {
            "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" } } },
            "Clusters": { "c": { "Pool": { "QueueLimit": 1 }, "Destinations": { "one": { "Address": "http://a/" }, "two": { "Address": "http://b/" } } } } } }
        """;

    [Theory]
    [InlineData("\"QueueLimit\": 1", "\"QueueLimit\": 2", "~1 cluster")]
    [InlineData("http://a/", "http://x/", "~1 destination")]
    [InlineData("\"two\": { \"Address\": \"http://b/\" }", "\"two\": { \"Address\": \"http://b/\", \"Weight\": 2 }", "~1 destination")]
    [InlineData(", \"two\": { \"Address\": \"http://b/\" }", "", "-1 destination")]
    [InlineData("\"two\": {", "\"three\": { \"Address\": \"http://c/\" }, \"four\": { \"Address\": \"http://d/\" }, \"two\": {", "+2 destinations")]
    [InlineData("\"two\": {", "\"three\": {", "+1 destination, -1 destination")]
    [InlineData("\"Path\": \"/\"", "\"Path\": \"/x\"", "~1 route")]
    [InlineData("\"r\": {", "\"r2\": { \"ClusterId\": \"c\", \"Match\": { \"Path\": \"/2\" } }, \"r\": {", "+1 route")]
    [InlineData("00:00:30", "00:00:31", "~settings")]
    [InlineData("http://*:1", "http://*:2", "~listeners")]
    [InlineData("\"Gateway\"", "\"Logging\": { \"x\": 1 }, \"Gateway\"", "~other sections")]
    [InlineData("\"QueueLimit\": 1 }", "\"QueueLimit\": 1 } ", "")]
    [InlineData("\"QueueLimit\"", "\"queuelimit\"", "")]
    [InlineData("\"c\": {", "\"d\": { \"Destinations\": { \"x\": { \"Address\": \"http://x/\" } } }, \"c\": {", "+1 cluster, +1 destination")]
    public void Difference_OfOneChange_IsToldAtTheInnermostPlace(string old, string @new, string expected)
    {
        Assert.Contains(old, Before, StringComparison.Ordinal);

        var difference = Difference.Between(Effective(Before), Effective(Before.Replace(old, @new, StringComparison.Ordinal)));

        Assert.Equal(expected, difference.ToString());
        Assert.Equal(expected.Length == 0, difference.IsEmpty);
    }

    [Fact]
    public void Difference_OfSeveralChanges_IsInTheContractsOrder()
    {
        var after = Before.Replace("00:00:30", "00:00:31", StringComparison.Ordinal).Replace("\"QueueLimit\": 1", "\"QueueLimit\": 2", StringComparison.Ordinal)
            .Replace(", \"two\": { \"Address\": \"http://b/\" }", "", StringComparison.Ordinal)
            .Replace("\"r\": {", "\"r2\": { \"ClusterId\": \"c\", \"Match\": { \"Path\": \"/2\" } }, \"r\": {", StringComparison.Ordinal);

        Assert.Equal("+1 route, ~1 cluster, -1 destination, ~settings", Difference.Between(Effective(Before), Effective(after)).ToString());
    }

    private static Dictionary<string, string?> Effective(string json) => House.Parse(json).AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);
}
