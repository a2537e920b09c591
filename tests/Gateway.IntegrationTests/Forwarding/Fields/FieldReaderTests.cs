using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding.Fields;

/// <summary>What reads fields on their way knows their bytes for what they are.</summary>
public sealed class FieldReaderTests
{
    private const string Utf8 = "caf\u00C3\u00A9";
    private const string Latin1 = "caf\u00E9";

    [Theory]
    [InlineData(Utf8, "ok")]
    [InlineData(Latin1, "other")]
    public async Task Route_ThatWantsAValueBeyondAscii_MatchesItsUtf8(string value, string expected)
    {
        await using var wanted = ScriptedBackend.Start(Scripts.Serve());
        await using var other = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(other.Address)
            .Route("cafe", "/x", "cafe").Destinations("cafe", wanted.Address).Set("ReverseProxy:Routes:cafe:Order", -1)
            .Set("ReverseProxy:Routes:cafe:Match:Headers:0:Name", "X-Place").Set("ReverseProxy:Routes:cafe:Match:Headers:0:Values:0", "café"));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nX-Place: {value}\r\n\r\n");

        Assert.Equal(expected, answer.Text);
    }

    [Theory]
    [InlineData(Utf8, 429)]
    [InlineData(Latin1, 200)]
    public async Task ClientKey_OfAField_TellsBytesApart(string second, int expected)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Limit("Gateway:RateLimit:PerClient", 1).Set("Gateway:RateLimit:PerClient:Key", "Header:X-Client"));

        var first = await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nX-Client: {Utf8}\r\n\r\n");
        var next = await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nX-Client: {second}\r\n\r\n");

        Assert.Equal((200, expected), (first.Status, next.Status));
    }

    [Fact]
    public async Task ConsistentHash_OfAField_KeepsItsDestination()
    {
        await using var one = ScriptedBackend.Start(Scripts.Serve());
        await using var two = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(one.Address, two.Address)
            .Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", "ConsistentHash").Set($"{GatewayConfig.Cluster}:ConsistentHash:Key", "Header:X-Client")
            .Set($"{GatewayConfig.Cluster}:ConsistentHash:LoadFactor", 10));

        for (var i = 0; i < 6; i++)
            Assert.Equal(200, (await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nX-Client: {Latin1}\r\n\r\n")).Status);

        Assert.Equal([0, 6], new[] { one.Requests, two.Requests }.Order());
    }

    [Theory]
    [InlineData(Utf8, @"caf\xc3\xa9")]
    [InlineData(Latin1, @"caf\xe9")]
    public async Task CombinedLog_OfAFieldBeyondAscii_ShowsItsBytes(string value, string shown)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Gateway:AccessLog:Format", "Combined"));

        await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nUser-Agent: {value}\r\nReferer: /{value}\r\n\r\n");

        await Eventually.TrueAsync(() => gateway.AccessLog.Texts.Any(line => line.Contains($"\"/{shown}\" \"{shown}\"", StringComparison.Ordinal)),
            $"a line with {shown} in {string.Join('|', gateway.AccessLog.Texts)}");
    }

    [Fact]
    public async Task Host_BeyondAscii_Is400AndReachesNoBackend()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: {Latin1}\r\n\r\n");

        Assert.Equal((400, 0), (answer.Status, backend.Requests));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("utf-8")]
    [InlineData("iso-8859-1")]
    public async Task EncodingOfTheCluster_IsForWhatTransformsWrite_AndLeavesTheClientsBytesAlone(string? encoding)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address).Set("ReverseProxy:Routes:all:Transforms:0:RequestHeaderRouteValue", "X-Path").Set("ReverseProxy:Routes:all:Transforms:0:Set", "path");
        if (encoding is not null)
        {
            config.Set($"{GatewayConfig.Cluster}:HttpClient:RequestHeaderEncoding", encoding).Set($"{GatewayConfig.Cluster}:HttpClient:ResponseHeaderEncoding", encoding)
                .Set("ReverseProxy:Routes:all:Transforms:1:RequestHeader", "X-Set").Set("ReverseProxy:Routes:all:Transforms:1:Set", "é");
        }
        await using var gateway = await GatewayFactory.StartAsync(config);

        await RawClient.AskAsync(gateway.Traffic, $"GET /%C3%A9 HTTP/1.1\r\nHost: x\r\nX-Own: {Utf8}\r\n\r\n");

        var sent = backend.Received.Single();
        var written = encoding == "iso-8859-1" ? "\u00E9" : "\u00C3\u00A9";
        Assert.Equal((Utf8, written, encoding is null ? null : written), (sent["X-Own"], sent["X-Path"], sent["X-Set"]));
    }
}
