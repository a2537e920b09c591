using System.Text.RegularExpressions;
using Gateway.Configuration.Schema;
using Gateway.Tests.Architecture;
using Gateway.Tests.Support;
using NJsonSchema;

namespace Gateway.Tests.Configuration.Schema;

/// <summary>
/// What an editor would say of files, by a validator that is not ours. It knows an older draft; the
/// keywords that the schema uses mean the same in both.
/// </summary>
public sealed partial class SchemaValidationTests
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(ArrowTests.Source(), "..", ".."));

    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromJsonAsync(House.Get<ConfigurationSchema>().Write()));

    public static TheoryData<string> Files() =>
        ["appsettings.json", .. Samples().Select(file => Path.GetRelativePath(Repository, file))];

    public static TheoryData<string> Blocks() =>
        [.. JsonBlock().Matches(File.ReadAllText(Path.Combine(Repository, "README.md"))).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_OfTheRepository_IsValid(string file) => Assert.Empty(await ComplaintsAsync(await File.ReadAllTextAsync(Path.Combine(Repository, file), TestContext.Current.CancellationToken)));

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Block_OfTheReadme_IsValid(string json) => Assert.Empty(await ComplaintsAsync(json));

    [Theory]
    [InlineData("""{ "$schema": "a.json", "ReverseProxy": { "Routes": {} }, "Serilog": { "Any": [ 1 ] } }""")]
    [InlineData("""{ "Gateway": { "ClusterDefaults": { "Pool": { "PermitsPerDestination": "32", "Enabled": "False" }, "Retry": { "BudgetRatio": "0.5" } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Kestrel": { "Limits": { "MaxRequestBodySize": 1000, "Other": 1 }, "Endpoints": { "Http": { "Url": "https://*:1", "Protocols": "Http2", "Certificate": { "Path": "a.pfx" } } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Debug" }, "Console": { "LogLevel": { "Yarp": "Error" } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "a": { "ClusterId": "a", "Match": { "Hosts": [ "a" ] }, "Metadata": { "b": "c" }, "Transforms": [ { "RequestHeadersCopy": true, "PathPrefix": "/x" } ] } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "HealthCheck": { "Tcp": { "Enabled": false }, "Active": { "Enabled": true, "Path": "/up" } }, "HttpClient": { "SslProtocols": [ "Tls13" ] }, "HttpRequest": { "Version": "2" } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Address": "http://[::1]:80/a%20b/!$&'()*+,;=:@~|/" } } } } } }""")]
    public async Task File_ThatTheGatewayTakes_IsValid(string json) => Assert.Empty(await ComplaintsAsync(json));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "ReverseProxy": {} }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Cluster": {} } }""")]
    [InlineData("""{ "Gatway": 1, "Gateway": { "Drian": {} }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "Drain": { "Timeout": 30 } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "Drain": { "Timeout": "30" } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "RateLimit": { "Global": { "TokensPerPeriod": 1 } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "RateLimit": { "Global": { "TokenLimit": 0 } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "ClusterDefaults": { "LoadBalancingPolicy": "RoundRobin" } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "ClusterDefaults": { "HealthCheck": { "Active": {} } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "ClusterDefaults": { "Pool": { "Enabled": "yes" } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "ForwardedHeaders": { "KnownNetworks": [ "10.0.0.0" ] } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "a": { "Match": { "Path": "/" } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "a": { "ClusterId": "a", "RouteId": "a", "Match": { "Path": "/" } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "a": { "ClusterId": "a", "Match": { "Methods": "GET" } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "LoadBalancingPolicy": "RoundRobbin" } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Adress": "http://a" } } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Address": "127.0.0.1:80" } } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Address": "http://a/caf\u00e9/" } } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Address": "http://a/b c/" } } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Address": "http://a\\b/" } } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Destinations": { "one": { "Address": "http://a", "Weight": 1001 } } } } } }""")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "HttpRequest": { "Version": "2.5" } } } } }""")]
    [InlineData("""{ "Kestrel": { "Endpoints": { "Http": { "Address": "http://*:80" } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Loud" } }, "ReverseProxy": { "Routes": {} } }""")]
    public async Task File_WithAFault_IsNotValid(string json) => Assert.NotEmpty(await ComplaintsAsync(json));

    private static async Task<IEnumerable<string>> ComplaintsAsync(string json) =>
        (await Schema.Value).Validate(json).Select(error => error.ToString());

    private static IEnumerable<string> Samples() => Directory.EnumerateFiles(Path.Combine(Repository, "samples"), "appsettings*.json", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj"));

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
