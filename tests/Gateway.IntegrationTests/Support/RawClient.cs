using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.IntegrationTests.Support;

/// <summary>A client that sends exactly the bytes it is told to.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly MessageReader _reader;

    private RawClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket);
        _reader = new MessageReader(_stream);
    }

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, Bounds.Token);
        return new RawClient(socket);
    }

    /// <summary>Sends a message on a connection of its own and reads one response.</summary>
    public static async Task<RawMessage> AskAsync(Uri address, string request)
    {
        using var client = await ConnectAsync(address);
        await client.SendAsync(request);
        return await client.ReadResponseAsync(toHead: request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    /// <summary>Sends text as the bytes of ISO 8859-1.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, Bounds.Token);

    public async Task<RawMessage> ReadResponseAsync(bool toHead = false)
    {
        var token = Bounds.Token;
        var head = await ReadHeadWithinAsync(token);
        return toHead ? head : await _reader.ReadResponseBodyAsync(head, token);
    }

    public Task<RawMessage> ReadHeadAsync() => ReadHeadWithinAsync(Bounds.Token);

    public async Task<string> ReadSomeAsync() => Encoding.Latin1.GetString(await _reader.ReadSomeAsync(Bounds.Token));

    public async Task<string> ReadToEndAsync() => Encoding.Latin1.GetString(await _reader.ReadToEndAsync(Bounds.Token));

    /// <summary>Reads frames of HTTP/2 to the end of the first stream: of its answer, or by a reset; also to GOAWAY or the echo of a ping.</summary>
    /// <param name="pings">Whether to ask for that echo, which comes when all that was sent is read.</param>
    public async Task WaitForFrameAsync(bool pings)
    {
        if (pings)
            await SendAsync(Http2Frames.Ping());
        var token = Bounds.Token;
        while (true)
        {
            var header = await _reader.ReadExactlyAsync(Http2Frames.HeaderLength, token);
            await _reader.ReadExactlyAsync((header[0] << 16) | (header[1] << 8) | header[2], token);
            if (header[3] is Http2Frames.ResetType or Http2Frames.GoAwayType or Http2Frames.PingType
                || (header[3] is Http2Frames.DataType or Http2Frames.HeadersType && (header[4] & Http2Frames.EndStream) != 0))
                return;
        }
    }

    /// <summary>Waits until the other side closes, in order or not.</summary>
    public async Task WaitForCloseAsync()
    {
        try
        {
            await _reader.ReadToEndAsync(Bounds.Token);
        }
        catch (IOException)
        {
            // A reset ends a connection as well.
        }
    }

    /// <summary>Says that nothing more will be sent, and goes on reading.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Leaves with a reset in place of an orderly close.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<RawMessage> ReadHeadWithinAsync(CancellationToken token) =>
        await _reader.ReadHeadAsync(token) ?? throw new EndOfStreamException("The connection was closed without a response.");
}
