using System.Net.Sockets;
using Gateway.Sockets;

namespace Gateway.Health;

/// <summary>Tries whether something accepts connections at an address.</summary>
internal interface IConnectProbe
{
    /// <summary>Returns null when a connection was accepted, else why not, in a few words.</summary>
    Task<string?> TryConnectAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class TcpConnect(Connector connector, TimeProvider time) : IConnectProbe
{
    public async Task<string?> TryConnectAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var socket = await connector.ConnectAsync(address.IdnHost, address.Port, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "timed out";
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "connection refused",
                SocketError.HostUnreachable or SocketError.NetworkUnreachable => "unreachable",
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "name not resolved",
                SocketError.TimedOut => "timed out",
                // A listener that closes while the probe is on its way.
                SocketError.ConnectionReset or SocketError.ConnectionAborted => "connection reset",
                // The system's own sentence.
                _ => error.Message,
            };
        }
    }
}
