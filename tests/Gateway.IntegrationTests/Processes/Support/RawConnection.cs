using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>A client's TCP connection that speaks HTTP/1.1 byte by byte, as slowly as the test likes.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly StringBuilder _unread = new();

    private RawConnection(Socket socket) => _socket = socket;

    public int LocalPort => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <param name="endpoint">Where to connect to.</param>
    /// <param name="receiveBuffer">How many bytes the system may take ahead of the reader; null leaves it to the system.</param>
    public static async Task<RawConnection> OpenAsync(Uri endpoint, int? receiveBuffer = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } size)
            socket.ReceiveBufferSize = size;
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port).Soon();
            return new RawConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether connections to <paramref name="endpoint"/> are refused.</summary>
    public static async Task<bool> IsRefusedAsync(Uri endpoint)
    {
        try
        {
            using var connection = await OpenAsync(endpoint);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    public Task SendAsync(string text) => SendBytesAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendBytesAsync(byte[] bytes)
    {
        for (var left = bytes.AsMemory(); left.Length > 0;)
            left = left[await _socket.SendAsync(left, TestContext.Current.CancellationToken).AsTask().Soon()..];
    }

    public Task GetAsync(string path) => SendAsync($"GET {path} HTTP/1.1\r\nHost: gateway\r\n\r\n");

    /// <summary>Reads one response whose body's length is told.</summary>
    public async Task<RawResponse> ReadResponseAsync()
    {
        int end;
        while ((end = _unread.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
            await ReadMoreAsync();
        var response = new RawResponse(_unread.ToString(0, end));
        _unread.Remove(0, end + 4);
        while (_unread.Length < response.ContentLength)
            await ReadMoreAsync();
        _unread.Remove(0, response.ContentLength);
        return response;
    }

    /// <summary>Reads what the socket has at this moment or gets next; 0 at the end.</summary>
    public Task<int> ReadSomeAsync() => _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).AsTask().Soon();

    /// <summary>Reads so many bytes of what comes.</summary>
    public async Task<byte[]> ReadBytesAsync(int count)
    {
        while (_unread.Length < count)
            await ReadMoreAsync();
        var read = Encoding.Latin1.GetBytes(_unread.ToString(0, count));
        _unread.Remove(0, count);
        return read;
    }

    /// <summary>Reads until this has come.</summary>
    public async Task WaitForAsync(string text)
    {
        while (!_unread.ToString().Contains(text, StringComparison.Ordinal))
            await ReadMoreAsync();
    }

    /// <summary>Reads until the other side ends the connection in good order.</summary>
    public async Task<string> ReadToEndAsync()
    {
        for (int read; (read = await ReadSomeAsync()) > 0;)
            _unread.Append(Encoding.Latin1.GetString(_buffer, 0, read));
        return _unread.ToString();
    }

    /// <summary>Counts how often <paramref name="text"/> stands in what comes next.</summary>
    public async Task<int> CountAsync(string text)
    {
        await ReadMoreAsync();
        var come = _unread.ToString();
        var count = 0;
        var from = 0;
        for (int at; (at = come.IndexOf(text, from, StringComparison.Ordinal)) >= 0; from = at + text.Length)
            count++;
        // The end may be the beginning of the next one.
        _unread.Remove(0, Math.Max(from, come.Length - text.Length + 1));
        return count;
    }

    /// <summary>Counts the bytes until the connection ends in good order.</summary>
    public async Task<long> CountToEndAsync()
    {
        long count = _unread.Length;
        for (int read; (read = await ReadSomeAsync()) > 0;)
            count += read;
        return count;
    }

    /// <summary>Waits for the other side to end the connection, in good order or not; it may send nothing more before.</summary>
    public async Task EndsAsync()
    {
        try
        {
            Assert.Equal(0, _unread.Length + await ReadSomeAsync());
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadMoreAsync()
    {
        var read = await ReadSomeAsync();
        if (read == 0)
            throw new EndOfStreamException("The connection ended within a response.");
        _unread.Append(Encoding.Latin1.GetString(_buffer, 0, read));
    }
}

/// <summary>The head of a response.</summary>
internal sealed record RawResponse(string Head)
{
    public string StatusLine => Head.Split("\r\n")[0];

    public int ContentLength => int.Parse(Header("Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture);

    public string? Header(string name) => Head.Split("\r\n").Skip(1).Select(line => line.Split(':', 2))
        .FirstOrDefault(line => line[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim();
}
