using System.Net;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.LoadBalancing;

public sealed class HashKeyTests
{
    [Fact]
    public void Header_OfTheSameValue_IsTheSameKeyWhoeverSendsIt()
    {
        Assert.Equal(Of("Header:X-User", "10.0.0.1", ("x-user", "ada")), Of("header:x-USER", "10.0.0.2", ("X-User", "ada")));
        Assert.NotEqual(Of("Header:X-User", "10.0.0.1", ("X-User", "ada")), Of("Header:X-User", "10.0.0.1", ("X-User", "bob")));
    }

    [Fact]
    public void Header_OfSeveralLines_CountsAll() =>
        Assert.NotEqual(Of("Header:X-User", "10.0.0.1", ("X-User", "ada"), ("X-User", "bob")), Of("Header:X-User", "10.0.0.1", ("X-User", "ada")));

    [Theory]
    [InlineData("Header:X-User", "X-User", "")]
    [InlineData("Header:X-User", "X-Other", "ada")]
    [InlineData("Cookie:session", "Cookie", "other=1; Session=2; sessio=3; session2=4")]
    [InlineData("Cookie:session", "Cookie", "session=")]
    [InlineData("Cookie:session", "Cookie", "session")]
    public void Key_ThatIsMissingOrEmpty_IsTheClientsAddress(string key, string header, string value) =>
        Assert.Equal(Of("RemoteIp", "10.0.0.1"), Of(key, "10.0.0.1", (header, value)));

    [Theory]
    [InlineData("session=ada")]
    [InlineData("a=b; session=ada")]
    [InlineData("a=b;session=ada;session=bob")]
    [InlineData("x; ;=; session=ada ")]
    public void Cookie_AmongOthers_IsFound(string line) =>
        Assert.Equal(Of("Cookie:session", "10.0.0.1", ("Cookie", "session=ada")), Of("Cookie:session", "10.0.0.2", ("Cookie", line)));

    [Fact]
    public void Cookie_OfASecondLine_IsFound() => Assert.Equal(
        Of("Cookie:session", "10.0.0.1", ("Cookie", "session=ada")), Of("Cookie:session", "10.0.0.2", ("Cookie", "a=b"), ("Cookie", "session=ada")));

    [Fact]
    public void Address_OfIPv6_CountsWhole() => Assert.NotEqual(Of("RemoteIp", "2001:db8::1"), Of("RemoteIp", "2001:db8::2"));

    [Fact]
    public void Address_OfIPv4OverIPv6_IsTheSame() => Assert.Equal(Of("RemoteIp", "10.0.0.1"), Of("RemoteIp", "::ffff:10.0.0.1"));

    [Fact]
    public void Address_ThatNobodyKnows_IsAKeyToo() => Assert.Equal(Of("RemoteIp", null), Of("RemoteIp", null));

    [Fact]
    public void Path_WithoutTheQuery_IsTheKey()
    {
        var (one, other) = (Requests("/a", "?x=1"), Requests("/a", "?x=2"));

        Assert.Equal(Key("Path").Of(one), Key("path").Of(other));
        Assert.NotEqual(Key("Path").Of(one), Key("Path").Of(Requests("/b", "?x=1")));
    }

    [Fact]
    public void Values_OfAnyLength_AreHashedWithoutAllocating()
    {
        var context = Requests("/", "");
        context.Request.Headers["X-User"] = new string('x', 30_000);
        context.Request.Headers.Cookie = $"a={new string('y', 30_000)}; session={new string('z', 30_000)}";
        HashKey[] keys = [Key("Header:X-User"), Key("Cookie:session"), Key("Path"), Key("RemoteIp")];

        Assert.Equal(0, Allocations.Of(() =>
        {
            foreach (var key in keys)
                key.Of(context);
        }));
    }

    private static HashKey Key(string key) => new(new ConsistentHashSettings { Key = key });

    private static ulong Of(string key, string? client, params (string Name, string Value)[] headers)
    {
        var context = Requests("/", "");
        context.Connection.RemoteIpAddress = client is null ? null : IPAddress.Parse(client);
        foreach (var (name, value) in headers)
            context.Request.Headers.Append(name, value);
        return Key(key).Of(context);
    }

    private static DefaultHttpContext Requests(string path, string query)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        (context.Request.Path, context.Request.QueryString) = (path, new QueryString(query));
        return context;
    }
}
