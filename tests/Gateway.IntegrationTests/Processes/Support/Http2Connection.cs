using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Gateway.IntegrationTests.Processes.Support;

internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
}

/// <summary>A frame of RFC 9113, section 4.1.</summary>
internal sealed record Frame(FrameType Type, byte Flags, int Stream, byte[] Payload)
{
    private const byte EndStream = 1;
    // ':status: 200' of HPACK's static table (RFC 7541, appendix A).
    private const byte Ok = 0x88;

    public bool EndsStream => Type is FrameType.Data or FrameType.Headers && (Flags & EndStream) != 0;

    // Statuses of that table by number.
    public int? Status => Payload[0] switch { Ok => 200, 0x8C => 400, 0x8D => 404, 0x8E => 500, _ => 0 };

    public bool IsOkHeaders => Type == FrameType.Headers && Payload[0] == Ok;
}

/// <summary>A client's HTTP/2 connection without TLS that shows every frame: HTTP clients hide GOAWAY and idle connections.</summary>
internal sealed class Http2Connection : IDisposable
{
    private const byte Ack = 1;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const byte EndStreamAndHeaders = EndStream | EndHeaders;
    private const int HeadLength = 9;
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly Channel<Frame> _frames = Channel.CreateUnbounded<Frame>();

    private Http2Connection(TcpClient tcp)
    {
        (_tcp, _stream) = (tcp, tcp.GetStream());
        Ended = ReadAsync();
    }

    /// <summary>Completes when the other side has ended the connection.</summary>
    public Task Ended { get; }

    public static async Task<Http2Connection> OpenAsync(Uri endpoint)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(endpoint.Host, endpoint.Port).Soon();
        await tcp.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        var connection = new Http2Connection(tcp);
        await connection.WriteAsync(new Frame(FrameType.Settings, 0, 0, []));
        await connection.WaitForAsync(frame => frame is { Type: FrameType.Settings, Flags: Ack });
        return connection;
    }

    /// <summary>Sends a GET without a body on a stream of an odd number.</summary>
    public Task GetAsync(int stream, string path) => AskAsync(stream, path);

    /// <summary>Sends a request without a body on a stream of an odd number, its fields as bytes of ISO 8859-1 that nothing has checked.</summary>
    public Task AskAsync(int stream, string path, string method = "GET", string authority = "gateway")
    {
        // The scheme is http by number, the rest are literals with names by number (RFC 7541, sections 6.1 and 6.2.2).
        byte[] headers = [0x02, .. Text(method), 0x86, 0x04, .. Text(path), 0x01, .. Text(authority)];
        return WriteAsync(new Frame(FrameType.Headers, EndStreamAndHeaders, stream, headers));
    }

    /// <summary>Waits for the answer to a request: its status, or null where the stream or the connection was reset.</summary>
    public async Task<int?> ReadStatusAsync(int stream)
    {
        try
        {
            var answer = await WaitForAsync(frame => frame.Type == FrameType.GoAway || (frame.Stream == stream && frame.Type is FrameType.Headers or FrameType.ResetStream));
            return answer.Type == FrameType.Headers ? answer.Status : null;
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    /// <summary>Sends a request whose head does not say that it ends there, and then these frames of its body, all at once.</summary>
    /// <param name="stream">An odd number.</param>
    /// <param name="method">The method's number in HPACK's static table: 0x82 is GET, 0x83 POST.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The frames' bytes.</param>
    /// <param name="ends">Whether the last one ends the stream; else the body goes on.</param>
    public Task SendAsync(int stream, byte method, string path, IReadOnlyList<byte[]> body, bool ends = true) => WriteAsync(
    [
        Head(stream, method, path),
        .. body.Select((bytes, i) => new Frame(FrameType.Data, ends && i == body.Count - 1 ? EndStream : (byte)0, stream, bytes)),
    ]);

    /// <summary>Ends a request's body with an empty frame, and returns when the other side has dealt with it.</summary>
    public async Task EndAsync(int stream)
    {
        await WriteAsync(new Frame(FrameType.Data, EndStream, stream, []));
        await WriteAsync(new Frame(FrameType.Ping, 0, 0, new byte[8]));
        await WaitForAsync(frame => frame is { Type: FrameType.Ping, Flags: Ack });
    }

    // Method and http by number, path and authority as literals (RFC 7541, section 6).
    private static Frame Head(int stream, byte method, string path) => new(FrameType.Headers, EndHeaders, stream,
        [method, 0x86, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 7, .. "gateway"u8]);

    /// <summary>Sends the beginning of a frame's head, as a client that froze has.</summary>
    public Task SendHalfAFrameAsync() => _stream.WriteAsync(new byte[HeadLength / 2]).AsTask();

    /// <summary>Reads on to the first frame that is wanted.</summary>
    public async Task<Frame> WaitForAsync(Func<Frame, bool> wanted)
    {
        while (true)
        {
            var frame = await _frames.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();
            if (wanted(frame))
                return frame;
        }
    }

    /// <summary>Waits until a stream's response is complete, and says that it was a 200.</summary>
    public async Task ReadOkAsync(int stream)
    {
        var head = await WaitForAsync(frame => frame.Stream == stream && frame.IsOkHeaders);
        // Where the end is known with the head, the head says so.
        if (!head.EndsStream)
            await WaitForAsync(frame => frame.Stream == stream && frame.EndsStream);
    }

    public void Dispose() => _tcp.Dispose();

    // RFC 7541, section 5.2, with the length of section 5.1: seven bits, and more where they do not do.
    private static byte[] Text(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127)
            return [(byte)bytes.Length, .. bytes];
        List<byte> length = [127];
        var rest = bytes.Length - 127;
        for (; rest >= 128; rest >>= 7)
            length.Add((byte)(rest & 127 | 128));
        return [.. length, (byte)rest, .. bytes];
    }

    private async Task ReadAsync()
    {
        try
        {
            var head = new byte[HeadLength];
            while (await _stream.ReadAtLeastAsync(head, HeadLength, throwOnEndOfStream: false) == HeadLength)
            {
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await _stream.ReadExactlyAsync(payload);
                var frame = new Frame((FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
                if (frame.Type is FrameType.Settings or FrameType.Ping && (frame.Flags & Ack) == 0)
                    await WriteAsync(frame with { Flags = Ack, Payload = frame.Type == FrameType.Ping ? payload : [] });
                _frames.Writer.TryWrite(frame);
            }
        }
        catch (IOException)
        {
            // A connection that is cut ends as well.
        }
        finally
        {
            _frames.Writer.TryComplete();
        }
    }

    private async Task WriteAsync(params IReadOnlyList<Frame> frames) => await _stream.WriteAsync(frames.SelectMany(BytesOf).ToArray());

    private static byte[] BytesOf(Frame frame)
    {
        var bytes = new byte[HeadLength + frame.Payload.Length];
        (bytes[1], bytes[2], bytes[3], bytes[4]) = ((byte)(frame.Payload.Length >> 8), (byte)frame.Payload.Length, (byte)frame.Type, frame.Flags);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), frame.Stream);
        frame.Payload.CopyTo(bytes, HeadLength);
        return bytes;
    }
}
