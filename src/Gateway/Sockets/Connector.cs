using System.Net;
using System.Net.Sockets;

namespace Gateway.Sockets;

/// <summary>
/// Connects to a host by name. Of a name with several addresses each gets its turn, and where one hangs the next is
/// tried beside it, as RFC 8305 has it. Thread-safe.
/// </summary>
internal sealed class Connector(INameResolver names, TimeProvider time)
{
    /// <summary>The time that an address has for itself before the next is tried beside it (RFC 8305 §5).</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    private readonly AddressOrder _order = new(time);

    /// <summary>Connects to one of the host's addresses.</summary>
    /// <param name="host">A name, or an address.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Bounds the whole, the look-up included.</param>
    /// <exception cref="SocketException">No address answers; what was found out last.</exception>
    public async ValueTask<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return await ConnectAsync(literal, port, cancellationToken);
        var addresses = await names.ResolveAsync(host, cancellationToken);
        return addresses.Count switch
        {
            0 => throw new SocketException((int)SocketError.HostNotFound),
            1 => await ConnectAsync(addresses[0], port, cancellationToken),
            _ => await RaceAsync(_order.Of(host, port, addresses), port, cancellationToken),
        };
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed record Attempt(IPAddress Address, long Began, Task<Socket> Connecting);

    private async Task<Socket> RaceAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Attempt>();
        try
        {
            for (var next = 0; ;)
            {
                if (next < addresses.Count)
                    running.Add(new(addresses[next], time.GetTimestamp(), ConnectAsync(addresses[next++], port, over.Token)));
                if (await FirstDoneAsync(running, next < addresses.Count) is not { } done)
                    continue;
                running.Remove(done);
                if (done.Connecting.IsCompletedSuccessfully)
                {
                    _order.Answered(done.Address, port);
                    return await done.Connecting;
                }
                if (cancellationToken.IsCancellationRequested)
                    running.Add(done);
                cancellationToken.ThrowIfCancellationRequested();
                _order.Failed(done.Address, port);
                if (running.Count == 0 && next == addresses.Count)
                    await done.Connecting;
            }
        }
        finally
        {
            await over.CancelAsync();
            running.ForEach(attempt => GiveUp(attempt, port));
        }
    }

    // Null when it is time for one more beside those that run.
    private async Task<Attempt?> FirstDoneAsync(List<Attempt> running, bool oneMore)
    {
        using var answered = new CancellationTokenSource();
        var connecting = running.Select(static attempt => (Task)attempt.Connecting);
        await Task.WhenAny(oneMore ? connecting.Append(Task.Delay(AttemptDelay, time, answered.Token)) : connecting);
        await answered.CancelAsync();
        return running.Find(static attempt => attempt.Connecting.IsCompleted);
    }

    private void GiveUp(Attempt attempt, int port)
    {
        if (time.GetElapsedTime(attempt.Began) >= AttemptDelay)
            _order.Failed(attempt.Address, port);
        // It may have been connected at the moment at which it was given up.
        _ = attempt.Connecting.ContinueWith(static connecting =>
        {
            if (connecting.IsCompletedSuccessfully)
                connecting.Result.Dispose();
            else
                _ = connecting.Exception;
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
