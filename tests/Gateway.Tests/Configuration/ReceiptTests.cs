using Gateway.Configuration;
using Gateway.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ReceiptTests
{
    private const string Before = """
        { "Gateway": { "Drain": { "Timeout": "00:00:30" } },
          "Kestrel": { "Endpoints": { "Https": { "Url": "https://*:1", "Certificate": { "Path": "a.pfx", "Password": "old-secret" } } } },
          "ReverseProxy": {
            "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" }, "Transforms": [ { "RequestHeader": "Authorization", "Set": "old-secret" } ] } },
            "Clusters": { "c": { "Pool": { "QueueLimit": 1 }, "Metadata": { "token": "old-secret" }, "Destinations": { "one": { "Address": "http://a/" }, "two": { "Address": "http://b/" } } } } } }
        """;

    [Theory]
    [InlineData("\"QueueLimit\": 1", "\"QueueLimit\": 2", "~cluster c (Pool:QueueLimit: 1 → 2)")]
    [InlineData("http://a/", "http://x/", "~destination c/one (Address: http://a/ → http://x/)")]
    [InlineData("\"Path\": \"/\"", "\"Path\": \"/\", \"Methods\": [ \"GET\" ]", "~route r (Match:Methods:0: - → GET)")]
    [InlineData(", \"two\": { \"Address\": \"http://b/\" }", "", "-destination c/two")]
    [InlineData("\"r\": {", "\"s\": { \"ClusterId\": \"c\" }, \"r\": {", "+route s (ClusterId: - → c)")]
    [InlineData("\"c\": {", "\"d\": {}, \"c\": {", "+cluster d")]
    [InlineData("\"Timeout\": \"00:00:30\"", "\"Timeout\": \"00:00:31\"", "~settings (Drain:Timeout: 00:00:30 → 00:00:31)")]
    [InlineData("\"Set\": \"old-secret\"", "\"Set\": \"new-secret\"", "~route r (Transforms:0:Set)")]
    [InlineData("\"token\": \"old-secret\"", "\"token\": \"new-secret\"", "~cluster c (Metadata:token)")]
    [InlineData("\"Password\": \"old-secret\"", "\"Password\": \"new-secret\"", "~listeners (Endpoints:Https:Certificate:Password)")]
    [InlineData("\"Gateway\"", "\"ConnectionStrings\": { \"x\": \"new-secret\" }, \"Gateway\"", "~other sections (ConnectionStrings:x)")]
    public void Change_IsToldWithItsKeysAndItsValuesUnlessTheyMayBeSecret(string old, string @new, string expected)
    {
        var after = Before.Replace(old, @new, StringComparison.Ordinal);

        var change = Assert.Single(Difference.Between(Effective(Before), Effective(after)).Changes);

        Assert.Equal(expected, change.ToString());
        Assert.DoesNotContain("secret", string.Concat(change.Fields.SelectMany(changed => new[] { changed.Old, changed.New })), StringComparison.Ordinal);
    }

    [Fact]
    public void Receipts_BeyondTheirCapacity_AreTheNewestFirst()
    {
        var receipts = new Receipts();

        for (var version = 1; version <= Receipts.Capacity + 5; version++)
            receipts.Add(new Receipt(version, DateTimeOffset.UnixEpoch, ReloadOutcome.Applied, "", [], [], []));

        Assert.Equal(Enumerable.Range(6, Receipts.Capacity).Reverse().Select(version => (long)version), receipts.All.Select(receipt => receipt.Version));
    }

    private static Dictionary<string, string?> Effective(string json) => House.Parse(json).AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);
}
