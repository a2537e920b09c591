using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>The page as it is sent.</summary>
public partial class PageAnswerTests
{
    [Fact]
    public async Task Page_AllowsItsOwnStyleAndScriptByHash_AndNothingElse()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var client = Clients.Create(gateway.Management);

        using var response = await client.GetAsync("/", Bounds.Token);

        var html = await response.TextAsync();
        Assert.Equal("text/html; charset=utf-8", response.Header("Content-Type"));
        Assert.Equal("no-referrer", response.Header("Referrer-Policy"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Equal("no-store", response.Header("Cache-Control"));
        Assert.Equal(
            $"default-src 'none'; style-src {Hash(Style(), html)}; script-src {Hash(Script(), html)}; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
            response.Header("Content-Security-Policy"));
        Assert.DoesNotMatch(ElsewhereOrInline(), html);
    }

    [Fact]
    public async Task Head_OfThePage_HasItsLengthAndNoBody()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var client = Clients.Create(gateway.Management);
        var page = await client.GetByteArrayAsync("/", Bounds.Token);

        using var response = await client.SendAsync(HttpMethod.Head, "/");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(page.Length, response.Content.Headers.ContentLength);
        Assert.Equal("", await response.TextAsync());
    }

    [Theory]
    [InlineData("//page")]
    [InlineData("/index.html")]
    [InlineData("/page.js")]
    public async Task WhatIsNotThePage_IsNotFound(string path)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var client = await RawClient.ConnectAsync(gateway.Management);

        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(404, (await client.ReadResponseAsync()).Status);
    }

    private static string Hash(Regex content, string html) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Assert.Single(content.Matches(html)).Groups[1].Value)))}'";

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("""(src|href)="(https?:)?//|\sstyle="|\son[a-z]+="|innerHTML|insertAdjacentHTML|document\.write|\beval\(""")]
    private static partial Regex ElsewhereOrInline();
}
