using System.Net;
using Gateway.Management;
using Gateway.RateLimiting;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Management;

/// <summary>What of clients' addresses is shown.</summary>
public sealed class ShownAddressTests
{
    private readonly ClientAddresses _addresses = new();

    [Theory]
    [InlineData("192.0.2.77", "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.77", "192.0.2.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    public void Client_UnlessConfigured_IsShownAsItsNetwork(string address, string shown) =>
        Assert.Equal(shown, _addresses.Show(IPAddress.Parse(address)));

    [Theory]
    [InlineData("192.0.2.77", "192.0.2.77")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6")]
    public void Client_WhereConfigured_IsShownWhole(string address, string shown)
    {
        _addresses.Apply(House.Read("""{ "Gateway": { "Management": { "FullClientAddresses": true } }, "ReverseProxy": { "Routes": {} } }"""));

        Assert.Equal(shown, _addresses.Show(IPAddress.Parse(address)));
    }

    [Fact]
    public void Client_WithoutAnAddress_IsUnknown() => Assert.Equal("unknown", _addresses.Show(null));

    [Theory]
    [InlineData("192.0.2.77", "192.0.2.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    public void BucketOfAnAddress_IsShownAsTheAddress(string address, string shown) =>
        Assert.Equal(shown, ClientKey.Of(IPAddress.Parse(address)).Show(_addresses.Show));

    [Fact]
    public void BucketOfAHeader_IsShownAsAHashOfIt()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Key"] = "secret-1";
        var key = ClientKey.Of(context, "X-Key");

        Assert.Matches("^#[0-9a-f]{8}$", key.Show(_addresses.Show));
        Assert.Equal(key.Show(_addresses.Show), ClientKey.Of(context, "X-Key").Show(_addresses.Show));
        Assert.NotEqual($"#{(uint)key.Value:x8}", key.Show(_addresses.Show));
    }
}
