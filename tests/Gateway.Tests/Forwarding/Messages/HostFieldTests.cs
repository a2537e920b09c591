using Gateway.Forwarding.Messages;

namespace Gateway.Tests.Forwarding.Messages;

/// <summary>What passes as a host is one to the HTTP client, too: else it sends a second one.</summary>
public sealed class HostFieldTests
{
    private static readonly string[] Pieces =
    [
        "h", "Host", "example", "a_b", "-", "_", ".", ".", "..", ":", ":80", ":0", ":65535", ":65536", "1", "1.2.3.4", "256", "0x7f", "[", "]", "[::1]", "[::1]", "::",
        "[1.2.3.4]", "%25", "%", "'", "!", "~", "*", ",", ";", "@", "/", "\\", "?", "#", " ", "xn--", "\u00e9", new('a', 63), new('a', 64),
    ];

    [Fact]
    public void Host_ThatPasses_IsOneToTheClient()
    {
        var random = new Random(8);
        var passed = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var host = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            if (!HostField.IsValid(host))
                continue;
            passed++;
            using var message = new HttpRequestMessage();
            Assert.True(message.Headers.TryAddWithoutValidation("Host", host) && message.Headers.Host == host, host);
        }
        Assert.True(passed > 1_000);
    }
}
