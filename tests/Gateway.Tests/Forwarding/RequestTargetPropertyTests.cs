using System.Text;
using Gateway.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Forwarding;

/// <summary>Whatever path is sent, a server that decodes it as this one did sees what was matched.</summary>
public sealed class RequestTargetPropertyTests
{
    private static readonly string[] Pieces =
    [
        "/", "/", "/", "a", "B", ".", "..", "/./", "/../", "%2e", "%2E", "/%2e%2E/", "%2F", "%2f", "%252F", "%25", "%41", "%7e", "~", "%20", "%23",
        "%3F", "%C3%A9", "%F0%9F%98%80", "%E2%82%AC", "%FF", "%C3", "%zz", "%", "%4", "+", ":", "@", ";", "'", "|", "\"", "<", "\\", "#", "%0A", "%7F",
    ];

    [Fact]
    public void Target_OfAnyPath_IsWhatWasMatched()
    {
        var random = new Random(20);
        for (var i = 0; i < 50_000; i++)
        {
            var raw = AnyPath(random);
            var matched = KestrelPath.Decode(raw);

            var sent = RequestTarget.Of(raw, matched, matched) ?? new PathString(matched).ToUriComponent();

            Assert.True(KestrelPath.Decode(sent) == matched, $"{raw} was matched as {matched} and sent as {sent}");
            AssertSafe(raw, sent);
            if (HasNoDotSegment(raw) && !raw.Contains('#', StringComparison.Ordinal))
                Assert.Equal(raw, sent);
        }
    }

    [Fact]
    public void Target_OfAnyPathWithItsPrefixRemoved_IsTheRest()
    {
        var random = new Random(21);
        for (var i = 0; i < 50_000; i++)
        {
            var rest = AnyPath(random);
            var raw = "/%61pi" + rest;
            var matched = KestrelPath.Decode(raw);
            if (!matched.StartsWith("/api/", StringComparison.Ordinal))
                continue;
            var path = matched[4..];

            var sent = RequestTarget.Of(raw, matched, path) ?? new PathString(path).ToUriComponent();

            Assert.True(KestrelPath.Decode(sent) == path, $"{raw} became {path} and is sent as {sent}");
            AssertSafe(raw, sent);
        }
    }

    private static string AnyPath(Random random)
    {
        var path = new StringBuilder("/");
        for (var i = random.Next(1, 9); i > 0; i--)
            path.Append(Pieces[random.Next(Pieces.Length)]);
        return path.ToString();
    }

    private static void AssertSafe(string raw, string sent) =>
        Assert.True(sent.StartsWith('/') && sent.All(c => c is > ' ' and < '\u007f' and not '#' and not '?'), $"{raw} is sent as {sent}");

    private static bool HasNoDotSegment(string raw) =>
        !raw.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/').Any(segment => segment is "." or "..");
}
