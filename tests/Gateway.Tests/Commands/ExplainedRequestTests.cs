using System.Net;
using Gateway.Commands;

namespace Gateway.Tests.Commands;

/// <summary>The words of a command line as the request that a client would send.</summary>
public sealed class ExplainedRequestTests
{
    [Theory]
    [InlineData("/api/x?page=2", "localhost", "/api/x?page=2")]
    [InlineData("/", "localhost", "/")]
    [InlineData("//a//b", "localhost", "//a//b")]
    [InlineData("http://shop.example.com", "shop.example.com", "/")]
    [InlineData("http://shop.example.com/", "shop.example.com", "/")]
    [InlineData("http://shop.example.com?page=2", "shop.example.com", "/?page=2")]
    [InlineData("HTTP://Shop.example.com/a", "Shop.example.com", "/a")]
    [InlineData("http://shop.example.com:80/a", "shop.example.com", "/a")]
    [InlineData("http://shop.example.com:8080/a", "shop.example.com:8080", "/a")]
    [InlineData("https://shop.example.com:443/a", "shop.example.com", "/a")]
    [InlineData("http://[::1]/a", "[::1]", "/a")]
    [InlineData("http://[::1]:80/a", "[::1]", "/a")]
    [InlineData("http://[::1]:8080/a", "[::1]:8080", "/a")]
    [InlineData("/a#part", "localhost", "/a")]
    [InlineData("http://x/a/../b/./c", "x", "/a/../b/./c")]
    [InlineData("http://x/a/%2e%2e/b", "x", "/a/%2e%2e/b")]
    [InlineData("http://x/a%2Fb/%41?c=%2F", "x", "/a%2Fb/%41?c=%2F")]
    [InlineData("http://x/[a]|b", "x", "/[a]|b")]
    public void Url_IsCutAndNotRewritten(string url, string host, string target)
    {
        var request = ExplainedRequest.Of("GET", url, [], null);

        Assert.Equal((host, target), (request.Host, request.Target));
    }

    [Theory]
    [InlineData("http://x/", false)]
    [InlineData("https://x/", true)]
    [InlineData("/x", false)]
    public void Scheme_SaysWhetherTheConnectionIsEncrypted(string url, bool encrypted) =>
        Assert.Equal(encrypted, ExplainedRequest.Of("GET", url, [], null).Encrypted);

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("ftp://x/a")]
    [InlineData("http:///a")]
    [InlineData("http://")]
    [InlineData("http://x:99999/")]
    [InlineData("http://x:a/")]
    [InlineData("http://user@x/")]
    [InlineData("http://x/a b")]
    [InlineData("/caf\u00e9")]
    [InlineData("/a\r\nX-Smuggled: 1")]
    public void Url_ThatIsNone_IsToldInASentence(string url) =>
        Assert.StartsWith($"'{url}' ", Assert.Throws<UsageException>(() => ExplainedRequest.Of("GET", url, [], null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("G ET")]
    [InlineData("")]
    [InlineData("GET\r\n")]
    public void Method_ThatIsNone_IsUsage(string method) =>
        Assert.Contains("method", Assert.Throws<UsageException>(() => ExplainedRequest.Of(method, "/", [], null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("X-Version")]
    [InlineData(": 2")]
    [InlineData("X Version: 2")]
    [InlineData("X-Version: 2\r\nX-Smuggled: 1")]
    [InlineData("X-Version: \u0001")]
    public void Header_ThatIsNone_IsUsage(string header) =>
        Assert.Contains("header", Assert.Throws<UsageException>(() => ExplainedRequest.Of("GET", "/", [header], null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.300")]
    [InlineData("localhost")]
    [InlineData("")]
    public void Client_ThatIsNoAddress_IsUsage(string client) =>
        Assert.Contains("address", Assert.Throws<UsageException>(() => ExplainedRequest.Of("GET", "/", [], client)).Message, StringComparison.Ordinal);

    [Fact]
    public void Message_OfARequest_IsHttp1()
    {
        var request = ExplainedRequest.Of("GET", "http://shop.example.com/a", ["X-Own:1", "X-Empty:"], "2001:db8::1");

        Assert.Equal("GET /a HTTP/1.1\r\nHost: shop.example.com\r\nX-Own: 1\r\nX-Empty: \r\n\r\n", request.ToMessage());
        Assert.Equal(IPAddress.Parse("2001:db8::1"), request.Client);
    }

    [Fact]
    public void Host_AmongTheHeaders_TakesTheUrlsPlace() =>
        Assert.Equal("GET / HTTP/1.1\r\nhost: own.example\r\n\r\n", ExplainedRequest.Of("GET", "http://shop.example.com/", ["host: own.example"], null).ToMessage());
}
