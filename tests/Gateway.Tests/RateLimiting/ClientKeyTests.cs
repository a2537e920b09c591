using System.Net;
using Gateway.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.RateLimiting;

public sealed class ClientKeyTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::1", true)]
    [InlineData("fe80::1%1", "fe80::1%2", true)]
    [InlineData("1.2.3.4", "102:304::", false)]
    [InlineData("1.2.3.4", "::1.2.3.4", false)]
    [InlineData("0.0.0.0", "::", false)]
    public void Key_OfTwoAddresses_IsTheSameWhereTheyAreOneSubscriber(string one, string other, bool same) =>
        Assert.Equal(same, ClientKey.Of(IPAddress.Parse(one)) == ClientKey.Of(IPAddress.Parse(other)));

    [Fact]
    public void Key_OfAHeader_IsItsValue()
    {
        Assert.Equal(Key("10.0.0.1", "alice"), Key("10.0.0.2", "alice"));
        Assert.NotEqual(Key("10.0.0.1", "alice"), Key("10.0.0.1", "bob"));
        Assert.NotEqual(Key("10.0.0.1", "alice"), Key("10.0.0.1", "Alice"));
    }

    [Theory]
    [InlineData("alice", "bob", "alice")]
    [InlineData("alice", "alice", "alice")]
    [InlineData("alice", "", "alice")]
    [InlineData("", "bob", null)]
    public void Key_OfAHeaderSentTwice_IsTheFirstLine(string first, string second, string? same)
    {
        var context = Context("10.0.0.1", null);
        context.Request.Headers["x-client"] = new([first, second]);

        Assert.Equal(Key("10.0.0.1", same), ClientKey.Of(context, "X-Client"));
        Assert.Equal(same is null ? "10.0.0.1" : $"X-Client: {same}", ClientKey.Describe(context, "X-Client"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Key_WithoutTheHeader_IsTheAddress(string? value) =>
        Assert.Equal(ClientKey.Of(IPAddress.Parse("10.0.0.1")), Key("10.0.0.1", value));

    [Fact]
    public void Key_OfAHeaderThatSaysAnAddress_IsNotThatAddress()
    {
        Assert.NotEqual(ClientKey.Of(IPAddress.Parse("10.0.0.1")), Key("10.0.0.2", "10.0.0.1"));
        Assert.NotEqual(new ClientKey(1, IsHeader: true), new ClientKey(1, IsHeader: false));
    }

    [Fact]
    public void Key_OfALongHeader_TellsItsLastCharacter() =>
        Assert.NotEqual(Key("10.0.0.1", new string('x', 5000) + "1"), Key("10.0.0.1", new string('x', 5000) + "2"));

    [Fact]
    public void Key_WhenNoHeaderTellsClientsApart_IsTheAddressWhateverIsSent()
    {
        var context = Context("10.0.0.1", "alice");

        Assert.Equal(ClientKey.Of(IPAddress.Parse("10.0.0.1")), ClientKey.Of(context, headerName: null));
    }

    private static ClientKey Key(string address, string? header) => ClientKey.Of(Context(address, header), "X-Client");

    private static DefaultHttpContext Context(string address, string? header)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (header is not null)
            context.Request.Headers["x-client"] = header;
        return context;
    }
}
