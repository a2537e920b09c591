using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Gateway.IntegrationTests.Support;

/// <summary>One connection of a <see cref="ScriptedBackend"/>, as its script sees it.</summary>
internal sealed class ScriptedConnection(Socket socket, int number, Action<RawMessage> received, CancellationToken stopping) : IDisposable
{
    private Stream _stream = new NetworkStream(socket);
    private MessageReader? _reader;

    /// <summary>Which connection of the backend it is, from 0.</summary>
    public int Number { get; } = number;

    public CancellationToken Stopping => stopping;

    private MessageReader Reader => _reader ??= new(_stream);

    /// <summary>Speaks TLS from here on.</summary>
    public async Task EncryptAsync(SslServerAuthenticationOptions options)
    {
        var encrypted = new SslStream(_stream);
        _stream = encrypted;
        await encrypted.AuthenticateAsServerAsync(options, stopping);
    }

    /// <summary>Says that nothing follows (TLS: close_notify); the connection is closed by whoever made it.</summary>
    public Task EndAsync() => _stream is SslStream encrypted ? encrypted.ShutdownAsync() : Task.CompletedTask;

    /// <summary>Reads a request with its body; null when the connection was closed instead.</summary>
    public async Task<RawMessage?> ReadRequestAsync() =>
        await ReadHeadAsync() is { } head ? await Reader.ReadRequestBodyAsync(head, stopping) : null;

    /// <summary>Reads a request's head and leaves its body where it is.</summary>
    public async Task<RawMessage?> ReadHeadAsync()
    {
        var head = await Reader.ReadHeadAsync(stopping);
        if (head is not null)
            received(head);
        return head;
    }

    /// <summary>Reads the body of a request whose head was read.</summary>
    public Task<RawMessage> ReadBodyAsync(RawMessage head) => Reader.ReadRequestBodyAsync(head, stopping);

    public Task<byte[]> ReadSomeAsync() => Reader.ReadSomeAsync(stopping);

    public Task<byte[]> ReadExactlyAsync(int count) => Reader.ReadExactlyAsync(count, stopping);

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes, stopping);

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), stopping);

    public Task AnswerAsync(string body = "ok", int status = 200) =>
        SendAsync($"HTTP/1.1 {status} Scripted\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>Returns when the other side has closed the connection.</summary>
    public async Task WaitForCloseAsync()
    {
        while ((await Reader.ReadSomeAsync(stopping)).Length > 0)
            ;
    }

    /// <summary>Answers every request until the other side closes.</summary>
    public async Task ServeAsync(string body = "ok")
    {
        while (await ReadRequestAsync() is not null)
            await AnswerAsync(body);
    }

    /// <summary>Closes with a reset.</summary>
    public void Reset() => socket.Close(timeout: 0);

    public void Dispose()
    {
        _stream.Dispose();
        socket.Dispose();
    }
}
