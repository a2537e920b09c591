using System.Text;
using Gateway.Configuration;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>A list of which an overriding layer leaves entries in force is told: whose entries, and what the list is.</summary>
public sealed class MergedListTests
{
    private const string Proxies = "Gateway:ForwardedHeaders:KnownProxies";

    [Theory]
    // Fewer entries than before: the rest stays believed.
    [InlineData("['10.0.0.1', '10.0.0.2']", "['10.0.0.9']", "10.0.0.9, 10.0.0.2")]
    [InlineData("['10.0.0.1', '10.0.0.2']", "[]", "10.0.0.1, 10.0.0.2")]
    [InlineData("['10.0.0.1']", "{ '1': '10.0.0.9' }", "10.0.0.1, 10.0.0.9")]
    public void List_OfTwoFiles_IsToldWithBothAndTheMerge(string file, string environment, string merged) => Assert.Equal(
        [$"{Proxies}: appsettings.json and appsettings.Staging.json both have entries of this list, which are merged index by index, into [{merged}]; the whole list in one layer, or a value at every index of the lower one, would fit."],
        Advise(Gateway(file), Gateway(environment)));

    [Theory]
    [InlineData("['10.0.0.1', '10.0.0.2']", "['10.0.0.9', '10.0.0.8']")]
    [InlineData("['10.0.0.1']", "['10.0.0.9', '10.0.0.8']")]
    [InlineData("[]", "['10.0.0.9']")]
    [InlineData("['10.0.0.1']", null)]
    public void List_ThatIsOverriddenAsAWhole_IsNotTold(string file, string? environment) =>
        Assert.Empty(Advise(Gateway(file), environment is null ? null : Gateway(environment)));

    [Fact]
    public void List_OfAFileAndAnArgument_IsTold()
    {
        var told = Assert.Single(Advise(Gateway("['10.0.0.1', '10.0.0.2']"), null, $"--{Proxies}:1=10.0.0.9"));

        Assert.StartsWith($"{Proxies}: appsettings.json and argument --{Proxies}:1 both have entries", told, StringComparison.Ordinal);
        Assert.Contains("[10.0.0.1, 10.0.0.9]", told, StringComparison.Ordinal);
    }

    [Fact]
    public void List_OfTheEnvironmentAndAnArgument_IsToldThoughNoFileSaysThatItIsOne()
    {
        Environment.SetEnvironmentVariable("GATEWAYTEST__LIST__0", "a");

        Assert.StartsWith("GATEWAYTEST:LIST: environment variable GATEWAYTEST__LIST__0 and argument --GatewayTest:List:1 both have entries",
            Assert.Single(Advise("{}", null, "--GatewayTest:List:1=b")), StringComparison.Ordinal);

        Environment.SetEnvironmentVariable("GATEWAYTEST__LIST__0", null);
    }

    [Fact]
    public void List_OfSections_IsToldOnceAndWithoutItsValues()
    {
        const string Route = """{ "ReverseProxy": { "Routes": { "r": { "Transforms": [ { "RequestHeader": "Authorization", "Set": "secret" } ] } } } }""";
        const string Other = """{ "ReverseProxy": { "Routes": { "R": { "Transforms": [ { "PathPrefix": "/x" } ] } } } }""";

        var told = Assert.Single(Advise(Route, Other));

        Assert.StartsWith("ReverseProxy:Routes:r:Transforms: appsettings.json and appsettings.Staging.json both have entries", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Section_WhoseNamesAreNumbers_IsNoList() => Assert.Empty(Advise(
        """{ "ReverseProxy": { "Clusters": { "c": { "Destinations": { "1": { "Address": "http://a/" } } } } } }""", null,
        "--ReverseProxy:Clusters:c:Destinations:2:Address=http://b/"));

    [Fact]
    public void Snapshot_OfMergedLayers_IsAdvised()
    {
        var faults = new FaultList();
        var tree = Combine("""{ "Gateway": { "ForwardedHeaders": { "KnownProxies": [ "10.0.0.1", "10.0.0.2" ] } }, "ReverseProxy": { "Routes": {} } }""", Gateway("['10.0.0.9']"), faults);

        var snapshot = House.Get<SnapshotReader>().Read(tree, 1, faults)!;

        Assert.Contains(House.Advise(snapshot), advice => advice.Path == Proxies);
    }

    private static string Gateway(string proxies) => $$"""{ "Gateway": { "ForwardedHeaders": { "KnownProxies": {{proxies.Replace('\'', '"')}} } } }""";

    private static IEnumerable<string> Advise(string file, string? environment, params string[] arguments)
    {
        var tree = Combine(file, environment, new FaultList(), arguments);
        var snapshot = new Snapshot { Version = 1, Routes = [], Clusters = [], Effective = new Dictionary<string, string?>(), MergedLists = tree.MergedLists };
        return new MergedListAdvisor().Advise(snapshot).Select(advice => advice.ToString());
    }

    private static ConfigurationTree Combine(string file, string? environment, FaultList faults, params string[] arguments) =>
        new ConfigurationLayers("/etc/gateway/appsettings.json", "Staging", arguments).Combine(
            new(Encoding.UTF8.GetBytes(file), environment is null ? null : Encoding.UTF8.GetBytes(environment)), faults)!;
}
