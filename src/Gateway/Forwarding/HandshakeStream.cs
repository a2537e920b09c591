using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Gateway.Forwarding;

/// <summary>A connection on which TLS is agreed on, in the time that is left for it: the HTTP client sets none of its own.</summary>
internal sealed class HandshakeStream : NetworkStream
{
    private const int Pending = 0, Completed = 1, Late = 2;
    private readonly TimeSpan _timeout;
    private readonly ITimer _deadline;
    private volatile int _state = Pending;

    /// <param name="socket">The connection, from now on this stream's.</param>
    /// <param name="timeout">What was allowed for the connection in all.</param>
    /// <param name="left">What is left of that.</param>
    /// <param name="time">The clock.</param>
    public HandshakeStream(Socket socket, TimeSpan timeout, TimeSpan left, TimeProvider time)
        : base(socket, ownsSocket: true)
    {
        _timeout = timeout;
        _deadline = time.CreateTimer(static stream => ((HandshakeStream)stream!).End(), this,
            left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The connection below TLS; null when it is not one of these.</summary>
    public static HandshakeStream? Of(SslStream encrypted) => InnerStream(encrypted) as HandshakeStream;

    /// <summary>TLS is agreed on: the connection has all the time that it wants.</summary>
    /// <exception cref="ConnectTimeoutException">It came too late.</exception>
    public void Complete()
    {
        if (Interlocked.CompareExchange(ref _state, Completed, Pending) == Late)
            throw new ConnectTimeoutException(_timeout);
        _deadline.Dispose();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _state == Completed ? base.ReadAsync(buffer, cancellationToken) : ReadInTimeAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _state == Completed ? base.WriteAsync(buffer, cancellationToken) : WriteInTimeAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _deadline.Dispose();
        base.Dispose(disposing);
    }

    private void End()
    {
        if (Interlocked.CompareExchange(ref _state, Late, Pending) == Pending)
            Socket.Dispose();
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await base.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception) when (_state == Late)
        {
            throw new ConnectTimeoutException(_timeout);
        }
    }

    private async ValueTask WriteInTimeAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception) when (_state == Late)
        {
            throw new ConnectTimeoutException(_timeout);
        }
    }

    // Protected, and so as lasting as what is public. It is the one sure way from TLS to the connection below: the request
    // for which a connection is made may have begun another one at the same time.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_InnerStream")]
    private static extern Stream InnerStream(AuthenticatedStream encrypted);
}

/// <summary>No connection was established in the time that the cluster allows for it.</summary>
internal sealed class ConnectTimeoutException(TimeSpan timeout) : Exception($"No connection was established within {timeout}.");
