using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class HostNameTests
{
    [Theory]
    [InlineData("shop.example.", "shop.example")]
    [InlineData("shop.example.:8080", "shop.example:8080")]
    [InlineData("*.example.", "*.example")]
    [InlineData("shop.example", "shop.example")]
    [InlineData("shop.example:8080", "shop.example:8080")]
    [InlineData("shop.example..", "shop.example.")]
    [InlineData("10.0.0.1:80", "10.0.0.1:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("*.", "*.")]
    [InlineData(".", ".")]
    [InlineData(".:80", ".:80")]
    [InlineData("", "")]
    public void Host_WithTheRootsDot_IsTheNameWithout(string host, string name) => Assert.Equal(name, HostName.WithoutRootDot(host));

    [Fact]
    public void Host_WithoutADot_CostsNothing()
    {
        const string Host = "shop.example:8080";

        Assert.Same(Host, HostName.WithoutRootDot(Host));
    }
}
