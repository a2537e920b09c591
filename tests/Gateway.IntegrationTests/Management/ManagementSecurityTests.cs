using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Management;

/// <summary>The management endpoint gives nothing away and changes nothing.</summary>
public class ManagementSecurityTests
{
    private const string Hosts = "Gateway:Management:Hosts";
    private static readonly string[] Guarded = ["/", "/api/status", "/api/decisions", "/api/openapi.json"];
    private static readonly string[] Open = ["/metrics", "/health/live", "/health/ready"];

    public static TheoryData<string> Paths => ["/health/live", "/health/ready", "/metrics", "/api/status", "/api/decisions", "/api/openapi.json", "/api/events"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task AnyPath_AskedWithAnotherMethod_IsRefused(string path)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var client = Clients.Create(gateway.Management);

        using var response = await client.SendAsync(HttpMethod.Post, path);

        Assert.Equal((405, "GET, HEAD"), ((int)response.StatusCode, response.Header("Allow")));
        Assert.Equal("application/problem+json", response.Header("Content-Type"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task AnyAnswer_IsNotForCachesAndNotForOtherOrigins(string path)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var client = Clients.Create(gateway.Management);

        using var response = await client.SendAsync(HttpMethod.Get, path, ("Origin", "http://127.0.0.1:8080"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("no-store", response.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Null(response.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:9090")]
    [InlineData("[::1]:9090")]
    [InlineData("203.0.113.7:9090")]
    [InlineData("localhost")]
    [InlineData("LocalHost:9090")]
    [InlineData("localhost.")]
    [InlineData("(the machine)")]
    [InlineData("(the machine):9090")]
    [InlineData("gateway.example")]
    [InlineData("GATEWAY.example:9090")]
    public async Task PageAndApi_AskedByANameOfTheirOwn_Answer(string host)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Set($"{Hosts}:0", "other.example").Set($"{Hosts}:1", "gateway.example"));

        foreach (var path in Guarded)
            Assert.Equal(200, (await AskAsync(gateway, path, host.Replace("(the machine)", Environment.MachineName, StringComparison.Ordinal))).Status);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:9090")]
    [InlineData("gateway.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evil.localhost")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("")]
    public async Task PageAndApi_AskedByAnotherName_RefuseAndNameTheSetting(string host)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        foreach (var path in Guarded)
        {
            var answer = await AskAsync(gateway, path, host);
            Assert.Equal((421, "application/problem+json"), (answer.Status, answer["Content-Type"]));
            Assert.Contains("Gateway:Management:Hosts", answer.Text, StringComparison.Ordinal);
        }
        foreach (var path in Open)
            Assert.Equal(200, (await AskAsync(gateway, path, host)).Status);
    }

    [Fact]
    public async Task Hosts_ThatASaveChanges_CountAtOnce()
    {
        var config = new GatewayConfig();
        await using var gateway = await GatewayFactory.StartAsync(config);
        Assert.Equal(421, (await AskAsync(gateway, "/api/status", "gateway.example")).Status);

        gateway.Save(config.Set($"{Hosts}:0", "gateway.example").ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");

        Assert.Equal(200, (await AskAsync(gateway, "/api/status", "gateway.example")).Status);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site", 403)]
    [InlineData("Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost", 403)]
    [InlineData("Sec-Fetch-Site: same-origin", 200)]
    [InlineData("Sec-Fetch-Site: same-site\r\nOrigin: http://other.example", 200)]
    [InlineData("Sec-Fetch-Site: none", 200)]
    // What browsers send to an endpoint without TLS that is not on their own machine.
    [InlineData("Origin: http://evil.example", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Origin: http://localhost:8080", 200)]
    public async Task PageAndApi_AskedByAPage_AnswerTheirOwnSiteOnly(string fields, int status)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        foreach (var path in Guarded)
            Assert.Equal(status, (await AskAsync(gateway, path, "localhost", fields)).Status);
        foreach (var path in Open)
            Assert.Equal(200, (await AskAsync(gateway, path, "localhost", fields)).Status);
    }

    [Fact]
    public async Task Events_AskedByAnotherSitesPage_KeepTheirPlacesFree()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        var page = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => RawClient.ConnectAsync(gateway.Management)));
        foreach (var client in page)
        {
            await client.SendAsync("GET /api/events HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n");
            await client.ReadHeadAsync();
        }

        using var events = await EventReader.ConnectAsync(gateway);

        Assert.Equal(200, (int)events.Response.StatusCode);
        Assert.Equal("status", (await events.NextAsync())!.Value.Name);
        Array.ForEach(page, static client => client.Dispose());
    }

    [Theory]
    [InlineData("/api/status")]
    [InlineData("/api/decisions")]
    [InlineData("/api/openapi.json")]
    [InlineData("/api/events")]
    public async Task Head_HasTheHeadersOfGetAndEnds(string path)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var client = await RawClient.ConnectAsync(gateway.Management);

        await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        var response = await client.ReadResponseAsync(toHead: true);
        Assert.Equal(200, response.Status);
        Assert.NotNull(response["Content-Type"]);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/status/x")]
    [InlineData("/api/statusx")]
    [InlineData("/api/decisions/0123")]
    public async Task WhatIsNotThere_IsToldAsProblemDetails(string path)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        Assert.Equal(404, (await gateway.ReadAsync(path, status: 404)).Number("status"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    public async Task Decisions_AskedForAnInvalidNumber_SayWhatIsValid(string limit)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        Assert.Contains("1000", (await gateway.ReadAsync($"/api/decisions?limit={limit}", status: 400)).Text("detail"), StringComparison.Ordinal);
    }

    private static Task<RawMessage> AskAsync(GatewayFactory gateway, string path, string host, string? fields = null) =>
        RawClient.AskAsync(gateway.Management, $"GET {path} HTTP/1.1\r\nHost: {host}\r\n{(fields is null ? "" : fields + "\r\n")}\r\n");
}
