using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Edge;

/// <summary>One client's connection to Kestrel without a socket: its parser and its limits judge what the client says, and nothing listens.</summary>
internal sealed class InMemoryTransport : IConnectionListenerFactory, IConnectionListener
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConnectionContext? _waiting;

    /// <param name="client">The address that the connection comes from.</param>
    /// <param name="encrypted">Whether the connection passes as one with TLS.</param>
    public InMemoryTransport(IPAddress client, bool encrypted)
    {
        var connection = new Connection(new Duplex(_toServer.Reader, _toClient.Writer), new Duplex(_toClient.Reader, _toServer.Writer))
        {
            RemoteEndPoint = new IPEndPoint(client, 0),
        };
        if (encrypted)
            connection.Features.Set<ITlsConnectionFeature>(new Encrypted());
        _waiting = connection;
    }

    // Broken off in the background, the base class would race with its own disposal. Ending the pipes is all there is to do.
    private sealed class Connection(IDuplexPipe transport, IDuplexPipe application) : DefaultConnectionContext(nameof(InMemoryTransport), transport, application)
    {
        public override void Abort(ConnectionAbortedException abortReason) => Application!.Output.Complete(abortReason);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Says this to the server.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _toServer.Writer.WriteAsync(bytes);

    /// <summary>Reads the first bytes that the server answers with; none when it closes the connection.</summary>
    public async Task<byte[]> ReadAsync()
    {
        var read = await _toClient.Reader.ReadAsync();
        return System.Buffers.BuffersExtensions.ToArray(read.Buffer);
    }

    /// <summary>Says no more: the server sees the client leave in order.</summary>
    public ValueTask CloseAsync() => _toServer.Writer.CompleteAsync();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return new(this);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _waiting, null) is { } connection)
            return connection;
        await _unbound.Task.WaitAsync(cancellationToken);
        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.TrySetResult();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private sealed class Encrypted : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
