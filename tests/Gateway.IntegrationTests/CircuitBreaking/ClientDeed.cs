using System.Text;
using static Gateway.IntegrationTests.Support.Http2Frames;

namespace Gateway.IntegrationTests.CircuitBreaking;

/// <summary>Something that a client does, byte for byte, which says nothing about the backend.</summary>
/// <param name="Sent">What it sends, on a connection of its own.</param>
internal sealed record ClientDeed(byte[] Sent)
{
    public enum Backends { Serves, Listens, StaysSilent, StopsInItsAnswer, RefusesUploads }

    public enum Stages { Answered, Arrived, HeadReceived, Sent }

    public enum Endings { Closes, Resets, Stays }

    public bool IsHttp2 { get; private init; }

    /// <summary>What the backend does with it: reads all and answers, unless told otherwise.</summary>
    public Backends Backend { get; init; } = Backends.Serves;

    /// <summary>What the client waits for: an answer or the connection's end, unless told otherwise.</summary>
    public Stages Until { get; init; } = Stages.Answered;

    /// <summary>What it sends then.</summary>
    public byte[] Then { get; init; } = [];

    /// <summary>How it ends.</summary>
    public Endings Ending { get; init; } = Endings.Closes;

    /// <summary>A line for each; a name says what the client does.</summary>
    public static readonly IReadOnlyDictionary<string, ClientDeed> All = Http1().Concat(Http2()).Concat(Http2Resets()).ToDictionary();

    private static Dictionary<string, ClientDeed> Http1() => new()
    {
        ["leaves in a head"] = Text("GET /x HTT") with { Until = Stages.Sent, Ending = Endings.Resets },
        ["sends controls in a target"] = Text("GET /x\u0001\u007f HTTP/1.1\r\nHost: x\r\n\r\n"),
        ["sends high bytes in a path"] = Text("GET /x\u00e9\u00ff HTTP/1.1\r\nHost: x\r\n\r\n"),
        ["sends high bytes in a field"] = Text("GET /x HTTP/1.1\r\nHost: x\r\nX-Odd: caf\u00c3\u00a9\r\n\r\n"),
        ["sends high bytes in a cookie"] = Text("GET /x HTTP/1.1\r\nHost: x\r\nCookie: a=\u00c3\u00a9\r\n\r\n"),
        ["sends high bytes that are no UTF-8"] = Text("GET /x HTTP/1.1\r\nHost: x\r\nX-Odd: \u00ff\u00fe\r\n\r\n"),
        ["uploads with a high byte in a field"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nX-Odd: \u00c3\u00a9\r\nContent-Length: 4\r\n\r\nbody"),
        ["sends a host that is none"] = Text("GET /x HTTP/1.1\r\nHost: a b\r\n\r\n"),
        ["asks for a tunnel"] = Text("CONNECT backend.example:443 HTTP/1.1\r\nHost: backend.example:443\r\n\r\n"),
        ["asks a plain backend for a WebSocket"] = Text("GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
        ["asks for a WebSocket with a key that is none"] = Text("GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: no\r\n\r\n"),
        ["asks for another protocol"] = Text("GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n"),
        ["leaves while it is served"] = Text("GET /x HTTP/1.1\r\nHost: x\r\n\r\n") with { Backend = Backends.StaysSilent, Until = Stages.Arrived, Ending = Endings.Resets },
        ["closes while it is served"] = Text("GET /x HTTP/1.1\r\nHost: x\r\n\r\n") with { Backend = Backends.StaysSilent, Until = Stages.Arrived },
        ["leaves in the answer"] = Text("GET /x HTTP/1.1\r\nHost: x\r\n\r\n") with { Backend = Backends.StopsInItsAnswer, Until = Stages.HeadReceived, Ending = Endings.Resets },
        ["leaves in an upload"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nnot all") with { Backend = Backends.Listens, Until = Stages.Arrived, Ending = Endings.Resets },
        ["closes in an upload"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nnot all") with { Backend = Backends.Listens, Until = Stages.Arrived },
        ["leaves in an upload of chunks"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n") with { Backend = Backends.Listens, Until = Stages.Arrived, Ending = Endings.Resets },
        ["leaves before the upload that it was asked for"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n") with { Backend = Backends.Listens, Until = Stages.HeadReceived, Ending = Endings.Resets },
        ["ends its side in an upload"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nnot all") with { Backend = Backends.Listens, Until = Stages.Arrived, Ending = Endings.Stays },
        ["sends a chunk that is none"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"),
        ["sends a chunk that is none after a good one"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n") with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Bytes("nonsense\r\n"), Ending = Endings.Stays },
        ["sends a chunk longer than it says"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbodyXX\r\n0\r\n\r\n"),
        ["sends a chunk of more than there is"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
        ["sends trailers that are none"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nno field\r\n\r\n"),
        ["sends two lengths"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody!"),
        ["sends length and chunks"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX"),
        ["sends more than its length"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody and more"),
        ["announces more than the limit"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\nx"),
        ["sends more than the limit in chunks"] = Text($"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1e8480\r\n{new string('x', 2_000_000)}\r\n0\r\n\r\n"),
        ["is slow with its body"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nnot all") with { Backend = Backends.Listens },
        ["is slow with its chunks"] = Text("PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n") with { Backend = Backends.Listens },
        ["uploads what the backend refuses"] = Text($"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{new string('x', 900_000)}") with { Backend = Backends.RefusesUploads },
        ["uploads part of what the backend refuses"] = Text("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nnot all") with { Backend = Backends.RefusesUploads, Until = Stages.Arrived },
    };

    private static Dictionary<string, ClientDeed> Http2() => new()
    {
        ["h2: leaves after its preface"] = Frames() with { Until = Stages.Sent, Ending = Endings.Resets },
        ["h2: leaves while it is served"] = Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StaysSilent, Until = Stages.Arrived, Ending = Endings.Resets },
        ["h2: leaves in an upload"] = Frames(Request(1, "POST", ends: false), Data(1, "not all")) with { Backend = Backends.Listens, Until = Stages.Arrived, Ending = Endings.Resets },
        ["h2: says that it goes away in an upload"] = Frames(Request(1, "PUT", ends: false), Data(1, "not all")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = GoAway(0) },
        ["h2: sends less than its length"] = Frames(Request(1, "POST", ends: false, ("content-length", "100")), Data(1, "not all", ends: true)),
        ["h2: sends more than its length"] = Frames(Request(1, "POST", ends: false, ("content-length", "4")), Data(1, "more than that", ends: true)),
        ["h2: sends more than its length, later"] = Frames(Request(1, "PUT", ends: false, ("content-length", "4")), Data(1, "bod")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Data(1, "y and more", ends: true) },
        ["h2: sends more than the limit"] = Frames([Request(1, "POST", ends: false), .. Enumerable.Repeat(Data(1, new string('x', 16_000)), 130)]),
        ["h2: sends a frame that is too large"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Data(1, new string('x', 20_000)) },
        ["h2: sends data with wrong padding"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Frame(DataType, 8, 1, [200, 1]) },
        ["h2: sends data after the end"] = Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StaysSilent, Until = Stages.Arrived, Then = Data(1, "late") },
        ["h2: sends data on a stream that is none"] = Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StaysSilent, Until = Stages.Arrived, Then = Data(7, "lost") },
        ["h2: sends data on the connection"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Data(0, "lost") },
        ["h2: opens its window too far"] = Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StaysSilent, Until = Stages.Arrived, Then = WindowUpdate(1, int.MaxValue) },
        ["h2: opens its window by nothing"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = WindowUpdate(1, 0) },
        ["h2: sends settings that are none"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Frame(SettingsType, 0, 0, [1, 2, 3]) },
        ["h2: sends a reset that is too short"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Frame(ResetType, 0, 1, [1, 2]) },
        ["h2: sends trailers without an end"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Headers(1, ends: false, ("x-late", "1")) },
        ["h2: sends trailers that are none"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Headers(1, ends: true, (":path", "/late")) },
        ["h2: sends a head that is not packed right"] = Frames(Request(1, "POST", ends: false), Data(1, "a")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Frame(HeadersType, EndHeaders | EndStream, 3, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) },
        ["h2: sends a field that belongs to a connection"] = Frames(Request(1, "GET", ends: true, ("connection", "close"))),
        ["h2: sends controls in a target"] = Frames(Headers(1, ends: true, (":method", "GET"), (":scheme", "http"), (":path", "/x\u0001"), (":authority", "x"))),
        ["h2: sends high bytes in a field"] = Frames(Request(1, "GET", ends: true, ("x-odd", "\u00c3\u00a9"))),
        ["h2: asks for a tunnel"] = Frames(Headers(1, ends: false, (":method", "CONNECT"), (":authority", "x:443"))),
        ["h2: asks a plain backend for a WebSocket"] = Frames(Headers(1, ends: false, (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/x"), (":authority", "x"), ("sec-websocket-version", "13"))),
        ["h2: is slow with its body"] = Frames(Request(1, "POST", ends: false), Data(1, "not all")) with { Backend = Backends.Listens },
        ["h2: leaves in the answer"] = Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StopsInItsAnswer, Until = Stages.Arrived, Ending = Endings.Resets },
        ["h2: uploads what the backend refuses"] = Frames(Request(1, "POST", ends: false), Data(1, "not all")) with { Backend = Backends.RefusesUploads, Until = Stages.Arrived },
    };

    // Every error code that there is (RFC 9113 §7), and one that there is not, at each stage.
    private static IEnumerable<KeyValuePair<string, ClientDeed>> Http2Resets()
    {
        foreach (var code in Enumerable.Range(0, 14).Append(200))
        {
            yield return new($"h2: resets an upload with {code}", Frames(Request(1, "POST", ends: false), Data(1, "not all")) with { Backend = Backends.Listens, Until = Stages.Arrived, Then = Reset(1, code) });
            yield return new($"h2: resets while it is served with {code}", Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StaysSilent, Until = Stages.Arrived, Then = Reset(1, code) });
            yield return new($"h2: resets in the answer with {code}", Frames(Request(1, "GET", ends: true)) with { Backend = Backends.StopsInItsAnswer, Until = Stages.Arrived, Then = Reset(1, code) });
        }
    }

    private static ClientDeed Text(string text) => new(Bytes(text));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static ClientDeed Frames(params IReadOnlyList<byte[]> frames) => new([.. Opening, .. frames.SelectMany(frame => frame)]) { IsHttp2 = true };
}
