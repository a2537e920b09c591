using System.Net;
using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

/// <summary>Whose bucket, in words that agree with the key.</summary>
public sealed class ClientKeyTextTests
{
    [Theory]
    [InlineData("203.0.113.9", null, "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", null, "203.0.113.9")]
    [InlineData("2001:db8:1:2:3::4", null, "2001:db8:1:2::/64")]
    [InlineData("203.0.113.9", "k1", "X-Api-Key: k1")]
    [InlineData("203.0.113.9", "", "203.0.113.9")]
    public void Describe_NamesTheAddressOrTheHeader(string address, string? header, string expected)
    {
        var request = Requests.New();
        request.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (header is not null)
            request.Request.Headers["X-Api-Key"] = header;

        Assert.Equal(expected, ClientKey.Describe(request, "X-Api-Key"));
        Assert.Equal(expected.StartsWith("X-Api-Key", StringComparison.Ordinal), ClientKey.Of(request, "X-Api-Key").IsHeader);
    }
}
