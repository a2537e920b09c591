using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Management;

/// <summary>The management endpoint gives nothing away and changes nothing.</summary>
public class ManagementSecurityTests
{
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

        using var response = await client.SendAsync(HttpMethod.Get, path, ("Origin", "http://elsewhere"), ("Host", "elsewhere"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("no-store", response.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Null(response.Header("Access-Control-Allow-Origin"));
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

        await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

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
}
