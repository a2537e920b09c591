using System.Text;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using FrameType = Gateway.IntegrationTests.Processes.Support.FrameType;
using Http2Connection = Gateway.IntegrationTests.Processes.Support.Http2Connection;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>
/// What a client may put into a request's target, and the exact bytes that the backend gets of it: visible ASCII and
/// nothing else. Another case is another line of the table.
/// </summary>
public sealed class TargetTests(TargetTests.Recording recording) : IClassFixture<TargetTests.Recording>
{
    private const char Any = '¤';
    private const string Escape = "¢";
    private const string Refused = "400";
    private const string Reset = "reset";

    // Requests are refused by us (400) or by the server, over HTTP/2 with the stream's or the connection's end.
    public static TheoryData<string, string, string, string> Targets => new()
    {
        // target, ¤: each of the bytes; ¢: its escape bytes           over HTTP/1.1       over HTTP/2
        { "/a?q=1",                                  "",              "/a?q=1",           "/a?q=1" },
        { "/a?",                                     "",              "/a?",              "/a?" },
        { "/a?a=/../b?c&&=&d=%2f%FF%zz%",            "",              "/a?a=/../b?c&&=&d=%2f%FF%zz%", "/a?a=/../b?c&&=&d=%2f%FF%zz%" },
        { "/a¤b",                                    Visible,         "/a¤b",             "/a¤b" },
        { "/a?b¤c",                                  Visible + "/?",  "/a?b¤c",           "/a?b¤c" },
        { "/a¤b",                                    "#",             "/a¢b",             "/a¢b" },
        { "/a?b¤c",                                  "#",             "/a?b¢c",           "/a?b¢c" },
        { "/¤",                                      "#",             "/¢",               "/¢" },
        { "/?¤",                                     "#",             "/?¢",              "/?¢" },
        { "/a¤b",                                    Controls,        Refused,            Refused },
        { "/a?b¤c",                                  Controls,        Refused,            Refused },
        { "/a¤",                                     Controls,        Refused,            Refused },
        { "/a?b¤",                                   Controls,        Refused,            Refused },
        { "/a¤b",                                    LineEnds,        Refused,            Reset },
        { "/a?b¤c",                                  LineEnds,        Refused,            Reset },
        { "/a¤b",                                    " ",             Refused,            Refused },
        { "/a?b¤c",                                  " ",             Refused,            Refused },
        { "/a?b¤",                                   " ",             "/a?b",             Refused },
        { "/a¤b",                                    "\u007F",        Refused,            Refused },
        { "/a?b¤c",                                  "\u007F",        Refused,            Refused },
        { "/a¤b",                                    High,            Refused,            "/a¢b" },
        { "/a?b¤c",                                  High,            Refused,            "/a?b¢c" },
        { "/a¤b?c",                                  High,            Refused,            Reset },
        { "/%41¤b",                                  High,            Refused,            "/%41¢b" },
        { "/x?q=\u00C3\u00A9" + Letters,             "",              Refused,            "/x?q=%C3%A9" + Letters },
        { "/x\u00C3\u00A9" + Letters,                "",              Refused,            "/x%C3%A9" + Letters },
        { "/x\u00C4\u00AFb",                         "",              Refused,            "/x%C4%AFb" },
        { "/x?q HTTP/1.1",                           "",              Refused,            Refused },
        { "/x HTTP/1.1",                             "",              Refused,            Refused },
        { "/x?q HTTP/1.1\r\nX-Made: 1",              "",              "/x?q",             Reset },
        { "/x?q\tHTTP/1.1",                          "",              Refused,            Refused },
        { "/..?\u00C3\u00A9",                        "",              Refused,            "/?%C3%A9" },
        { "/a/../b?#",                               "",              "/b?%23",           "/b?%23" },
        { "http://any.example/a%2Fb?c=%2F",          "",              "/a%2Fb?c=%2F",     Reset },
        { "http://any.example/a/%2e%2e/%2f%41?",     "",              "/%2f%41?",         Reset },
        { "http://any.example/a#b?c#d",              "",              "/a%23b?c%23d",     Reset },
        { "http://any.example/a\\b",                 "",              "/a\\b",            Reset },
        { "http://any.example/%00",                  "",              Refused,            Reset },
        { "http://any.example",                      "",              "/",                Reset },
        { "http://any.example?a=/b",                 "",              "/?a=/b",           Reset },
        { "http://any.example/a¤b",                  Controls + " \u007F", Refused,       Reset },
        { "http://any.example/a?b¤c",                Controls + " \u007F", Refused,       Reset },
    };

    private const string Letters = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst";
    private const string LineEnds = "\0\r\n";

    // All but those that end a line, or a string of C's.
    private const string Controls = "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\v\f\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F";
    private const string Visible = "!\"$&'()*+,-.0123456789:;<=>@AMZ[\\]^_`amz{|}~";
    private const string High = "\u0080\u0085\u00A0\u00A4\u00BF\u00C3\u00E9\u00FE\u00FF";

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Target_OverHttp11_ReachesTheBackendAsVisibleAscii(string target, string bytes, string expected, string _)
    {
        foreach (var (sent, wanted) in Cases(target, bytes, expected))
        {
            var host = sent.StartsWith("http", StringComparison.Ordinal) ? "any.example" : "x";
            using var client = await RawClient.ConnectAsync(recording.Gateway.Traffic);
            await client.SendAsync($"GET {sent} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            var answer = await client.ReadResponseAsync();

            Assert.Equal((sent, wanted), (sent, answer.Status == 200 ? answer.Text : $"{answer.Status}"));
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Target_OverHttp2_ReachesTheBackendAsVisibleAscii(string target, string bytes, string _, string expected)
    {
        foreach (var (sent, wanted) in Cases(target, bytes, expected))
        {
            Assert.Equal((sent, wanted), (sent, await AskAsync(recording.Gateway.Http2, recording.Backend, sent)));
        }
    }

    // The client's buffer is one per connection, and what it held was sent in the place of what could not be encoded.
    [Fact]
    public async Task Target_BeyondAscii_BringsNoBytesOfTheRequestBefore()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2());
        await RawClient.AskAsync(gateway.Traffic, $"GET /before HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Letters}\r\n\r\n");

        Assert.Equal($"/x?q=%C3%A9{Letters}", await AskAsync(gateway.Http2, backend, $"/x?q=\u00C3\u00A9{Letters}"));

        Assert.Equal((1, 2), (backend.Connections, backend.Requests));
        Assert.DoesNotContain("Bearer", string.Join('\n', backend.Received[1].Headers.Select(header => header.Name + header.Value)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Target_ToABackendThatSpeaksHttp2_IsTheSame()
    {
        await using var backend = await KestrelBackend.StartAsync(Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2, encrypted: false,
            context => context.Response.WriteAsync(context.Features.Get<IHttpRequestFeature>()!.RawTarget));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2());
        using var client = await Http2Connection.OpenAsync(gateway.Http2);

        foreach (var (stream, target, expected) in new[] { (1, "/a\u00E9", "/a%E9"), (3, "/a?q=\u00C3\u00A9#", "/a?q=%C3%A9%23"), (5, "/a%2Fb?%FF", "/a%2Fb?%FF") })
        {
            await client.AskAsync(stream, target);
            var body = await client.WaitForAsync(frame => frame.Stream == stream && frame is { Type: FrameType.Data, Payload.Length: > 0 });
            Assert.Equal(expected, Encoding.Latin1.GetString(body.Payload));
        }
    }

    [Fact]
    public async Task Target_OfAWebSocket_IsTheSame()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var answer = await RawClient.AskAsync(gateway.Traffic,
            "GET /a%2Fb#?c=%FF&+# HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.Equal((101, "GET /a%2Fb%23?c=%FF&+%23 HTTP/1.1"), (answer.Status, backend.Received[0].StartLine));
    }

    // YARP's own checks make their address themselves.
    [Fact]
    public async Task Target_OfAnActiveProbe_IsVisibleAscii()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set($"{GatewayConfig.Cluster}:HealthCheck:Active:Enabled", true)
            .Set($"{GatewayConfig.Cluster}:HealthCheck:Active:Path", "/up/%C3%A9").Set($"{GatewayConfig.Cluster}:HealthCheck:Active:Query", "?a=%20\u00e9"));

        await Eventually.TrueAsync(() => backend.Requests > 0, "a probe");

        Assert.Equal("GET /up/%C3%A9?a=%20%C3%A9 HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task Target_Malformed_IsRefusedByTheGatewayItself()
    {
        var answer = await RawClient.AskAsync(recording.Gateway.Traffic, "GET /a?b\tc HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(("application/problem+json", "gateway; error=http_request_error"), (answer["Content-Type"], answer["Proxy-Status"]));
        Assert.Contains("\"title\":\"Malformed request\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"gate\":\"request\"", answer.Text, StringComparison.Ordinal);
    }

    // Each request has a connection of its own: one that the server resets ends with all of its streams.
    private static async Task<string> AskAsync(Uri gateway, ScriptedBackend backend, string target)
    {
        var before = backend.Requests;
        using var client = await Http2Connection.OpenAsync(gateway);
        await client.AskAsync(1, target);
        var status = await client.ReadStatusAsync(1);
        if (status == 200)
            return backend.Received[^1].StartLine["GET ".Length..^" HTTP/1.1".Length];
        Assert.Equal(before, backend.Requests);
        return status is null ? Reset : $"{status}";
    }

    private static IEnumerable<(string Sent, string Wanted)> Cases(string target, string bytes, string expected) => bytes.Length == 0
        ? [(target, expected)]
        : bytes.Select(octet => (target.Replace(Any, octet), expected.Replace(Any, octet).Replace(Escape, $"%{(int)octet:X2}", StringComparison.Ordinal)));

    /// <summary>A gateway before a backend that answers with the target that it was asked for.</summary>
    public sealed class Recording : IAsyncLifetime
    {
        internal ScriptedBackend Backend { get; } = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
                await connection.AnswerAsync(request.StartLine["GET ".Length..^" HTTP/1.1".Length]);
        });

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayFactory.StartAsync(GatewayConfig.To(Backend.Address).WithHttp2());

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
