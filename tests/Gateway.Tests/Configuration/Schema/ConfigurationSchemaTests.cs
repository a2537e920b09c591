using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Configuration.Schema;
using Gateway.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.Tests.Configuration.Schema;

/// <summary>The schema tells of every place what the strict reader takes there.</summary>
public sealed class ConfigurationSchemaTests
{
    private const string UnknownKey = "Qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq";

    public static TheoryData<string> StrictSections() => [.. SchemaNode.Read.Where(node => node.IsStrict).Select(node => node.Path)];

    [Fact]
    public void Sections_ThatAreReadStrictly_AreAllThere()
    {
        var open = SchemaNode.Read.Where(node => node.Schema.ContainsKey("properties") && !node.IsStrict);

        Assert.Empty(open);
        Assert.True(StrictSections().Count > 30);
    }

    [Theory]
    [MemberData(nameof(StrictSections))]
    public void Keys_OfAStrictSection_AreThoseThatTheReaderKnows(string path)
    {
        var keys = SchemaNode.At(path).Keys.Order(StringComparer.OrdinalIgnoreCase).ToList();

        var faults = House.Check(new KeyValuePair<string, string?>($"{path}:{UnknownKey}", "1"));

        var told = Assert.Single(faults.All, fault => fault.Path == $"{path}:{UnknownKey}").Problem;
        Assert.EndsWith(keys.Count > 12 ? $"; {keys.Count} are known" : $"; known are {string.Join(", ", keys)}", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_ThatGatesDeclare_AreAllAtTheirPlaces()
    {
        var paths = SchemaNode.All.Select(node => node.Path).ToHashSet();

        Assert.All(House.Get<IEnumerable<SettingsSection>>(), section => Assert.All(SchemaNode.PlacesOf(section), place => Assert.Contains(place, paths)));
    }

    [Theory]
    [InlineData("Gateway:Drain:Timeout", "\"00:00:30\"")]
    [InlineData("Gateway:ClusterDefaults:Pool:PermitsPerDestination", "32")]
    [InlineData("Gateway:ClusterDefaults:Retry:BudgetRatio", "0.2")]
    [InlineData("Gateway:ClusterDefaults:HealthCheck:Tcp:Enabled", "true")]
    [InlineData("Gateway:RateLimit:PerClient:Key", "\"RemoteIp\"")]
    [InlineData("Gateway:ForwardedHeaders:KnownProxies", "[]")]
    [InlineData("ReverseProxy:Clusters:x:Pool:QueueLimit", "0")]
    [InlineData("ReverseProxy:Clusters:x:Destinations:x:Weight", "1")]
    [InlineData("ReverseProxy:Routes:x:Match:Headers:0:Mode", "\"ExactHeader\"")]
    public void Default_OfASetting_IsTheBuiltInValue(string path, string value) => Assert.Equal(value, SchemaNode.At(path).Schema["default"]!.ToJsonString());

    [Fact]
    public void Defaults_WrittenIntoAFile_AreNoFaults() =>
        Assert.All(SchemaNode.Read.Where(node => node.Schema["default"] is JsonValue), node => Assert.Empty(node.FaultsOf(node.Schema["default"]!.ToString())));

    [Fact]
    public void Names_ThatTheSchemaLists_AreNoFaults() =>
        Assert.All(SchemaNode.Read.Where(node => node.Schema["enum"] is not null), node =>
            Assert.All((JsonArray)node.Schema["enum"]!, name => Assert.Empty(node.FaultsOf((string?)name))));

    [Fact]
    public void LoadBalancingPolicies_InTheSchema_AreTheRegisteredOnes() => Assert.Equal(
        House.Get<IEnumerable<ILoadBalancingPolicy>>().Select(policy => policy.Name).Order(),
        ((JsonArray)SchemaNode.At("ReverseProxy:Clusters:x:LoadBalancingPolicy").Schema["enum"]!).Select(name => (string?)name));

    [Fact]
    public void Keys_OursAndYarps_AreDescribedInPlainText()
    {
        YarpDocumentation.IsNeeded();

        Assert.All(SchemaNode.All.Where(node => !node.IsNamedByUser), node =>
        {
            var description = (string?)node.Schema["description"];
            Assert.True(description?.Length > 5, $"{node.Path} has no description.");
            Assert.DoesNotMatch(@"[<>]|cref|\w+:Yarp\.|  |\n", description);
        });
    }

    [Theory]
    [InlineData("ReverseProxy:Routes:x:Order", "Optionally, an order value for this route. Routes with lower numbers take precedence over higher numbers.")]
    [InlineData("Gateway:RateLimit:Global", "The limit of all clients together.")]
    [InlineData("ReverseProxy:Routes:x:RateLimit", "The limit of one route.")]
    [InlineData("Gateway:AccessLog", "The access log: one line a request on standard output.")]
    public void Description_OfAKey_IsTheSummaryOfItsDeclaration(string path, string description)
    {
        YarpDocumentation.IsNeeded();

        Assert.Equal(description, (string?)SchemaNode.At(path).Schema["description"]);
    }

    [Fact]
    public async Task Schema_OfAnotherGateway_IsTheSame()
    {
        await using var other = House.Build();

        Assert.Equal(House.Get<ConfigurationSchema>().Write(), other.Services.GetRequiredService<ConfigurationSchema>().Write());
    }

    [Fact]
    public void File_ThatNamesAnotherSchema_IsTheSameConfiguration()
    {
        var before = House.Read("""{ "$schema": "a.json", "ReverseProxy": { "Routes": {} } }""");
        var after = House.Read("""{ "$schema": "b.json", "ReverseProxy": { "Routes": {} } }""");

        Assert.True(Difference.Between(before.Effective, after.Effective).IsEmpty);
    }
}
