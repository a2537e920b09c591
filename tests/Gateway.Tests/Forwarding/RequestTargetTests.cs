using Gateway.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Forwarding;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/b?x=1", "/a/b")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a%2fb", "/a%2fb")]
    [InlineData("/a%252Fb", "/a%252Fb")]
    [InlineData("/%41", "/%41")]
    [InlineData("/a%20b", "/a%20b")]
    [InlineData("/caf%C3%A9", "/caf%C3%A9")]
    [InlineData("/%F0%9F%98%80/x", "/%F0%9F%98%80/x")]
    [InlineData("/%FF", "/%FF")]
    [InlineData("/a%252Fb%FF", "/a%252Fb%FF")]
    [InlineData("/%41%FF", "/%41%FF")]
    [InlineData("/a%25", "/a%25")]
    [InlineData("/100%", "/100%")]
    [InlineData("/%zz", "/%zz")]
    [InlineData("/a;b=c:d@e!f$g&h'i(j)k*l+m,n~o", "/a;b=c:d@e!f$g&h'i(j)k*l+m,n~o")]
    [InlineData("//a", "//a")]
    [InlineData("/a//b/", "/a//b/")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/../b%2Fc", "/b%2Fc")]
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/a/.%2e/b/%2E", "/b/")]
    [InlineData("/../../a", "/a")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/..", "/")]
    [InlineData("/a//../b", "/a/b")]
    [InlineData("/..%2Fa", "/..%2Fa")]
    [InlineData("/.../a/..b", "/.../a/..b")]
    [InlineData("/%252e%252e/a", "/%252e%252e/a")]
    public void Target_Untouched_IsWhatTheClientSentLessDotSegments(string raw, string expected)
    {
        var matched = KestrelPath.Decode(raw);

        Assert.Equal(expected, Sent(raw, matched, matched));
    }

    [Theory]
    [InlineData("http://host/a%2Fb?x", "/a%2Fb", "/a%2Fb")]
    [InlineData("http://host:8080/caf%C3%A9", "/café", "/caf%C3%A9")]
    [InlineData("https://host/a/../b", "/b", "/b")]
    [InlineData("HTTP://host//a", "//a", "//a")]
    public void Target_InAbsoluteForm_IsItsPath(string raw, string matched, string expected) =>
        Assert.Equal(expected, RequestTarget.Of(raw, matched, matched));

    [Theory]
    [InlineData("*", "")]
    [InlineData("host:443", "")]
    [InlineData("http://host", "/")]
    [InlineData("http://host?x=/y", "/")]
    [InlineData("/a", "/b")]
    [InlineData("/a", "/ab")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/caf%C3%A9", "/cafe")]
    public void Target_ThatDoesNotSayWhatWasMatched_IsNotUsed(string raw, string matched) =>
        Assert.Null(RequestTarget.Of(raw, matched, matched));

    [Theory]
    [InlineData("/a#b", "/a%23b")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a\tb", "/a%09b")]
    [InlineData("/a\u007fb", "/a%7Fb")]
    [InlineData("/caf\u00e9", "/caf%C3%A9")]
    public void Target_WithWhatMayNotStandThere_IsEscaped(string raw, string expected) =>
        Assert.Equal(expected, RequestTarget.Of(raw, raw, raw));

    [Theory]
    [InlineData("/a%0Ab")]
    [InlineData("/a%0D%0AHost:%20x")]
    [InlineData("/a%23b")]
    [InlineData("/a%3Fb")]
    public void Target_WithAnEscapedDelimiter_StaysEscaped(string raw) => Assert.Equal(raw, Sent(raw, KestrelPath.Decode(raw), KestrelPath.Decode(raw)));

    [Theory]
    [InlineData("/api/a%2Fb", "/a%2Fb", "/a%2Fb")]
    [InlineData("/api/%41%20b", "/A b", "/%41%20b")]
    [InlineData("/%61pi/x%252Fy", "/x%2Fy", "/x%252Fy")]
    [InlineData("/api/caf%c3%a9", "/café", "/caf%c3%a9")]
    [InlineData("/api/../api/%41", "/A", "/%41")]
    [InlineData("/api/", "/", "/")]
    public void Target_WithItsPrefixRemoved_KeepsTheRest(string raw, string path, string expected) =>
        Assert.Equal(expected, Sent(raw, KestrelPath.Decode(raw), path));

    [Theory]
    [InlineData("/a%2Fb", "/pre fix/a%2Fb", "/pre%20fix/a%2Fb")]
    [InlineData("/%41", "/v1/A", "/v1/%41")]
    [InlineData("/x%252Fy", "/v1/x%2Fy", "/v1/x%252Fy")]
    [InlineData("/caf%c3%a9", "/é/café", "/%C3%A9/caf%c3%a9")]
    public void Target_WithAPrefixAdded_KeepsTheRest(string raw, string path, string expected) =>
        Assert.Equal(expected, Sent(raw, KestrelPath.Decode(raw), path));

    [Theory]
    [InlineData("/a%20b", "/other", "/other")]
    [InlineData("/%F0%9F%98%80", "/\U0001FA00", "/%F0%9F%A8%80")]
    [InlineData("/caf%C3%A9", "/th\u00e9", "/th%C3%A9")]
    [InlineData("/a", "", "")]
    public void Target_ReplacedByATransform_IsThatPathEncoded(string raw, string path, string expected) =>
        Assert.Equal(expected, Sent(raw, KestrelPath.Decode(raw), path));

    private static string Sent(string raw, string matched, string path) => RequestTarget.Of(raw, matched, path) ?? new PathString(path).ToUriComponent();
}
