using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Draining.Handover;

/// <summary>Connections that a listener's owner opens to its own port, to see who accepts them. Thread-safe.</summary>
internal sealed class Probes
{
    private readonly ConcurrentDictionary<EndPoint, Probe> _probes = new();
    private long _accepted;

    /// <summary>How many connections came that are no probes of ours.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Begins to connect, and waits for nothing: a listener whose queue is full leaves a connection without an answer for minutes.</summary>
    /// <returns>The connection; null when there cannot be one.</returns>
    public Probe? Open(IPEndPoint listener)
    {
        var address = listener.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : listener.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listener.Address;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Known by its own end before the other one can have seen it.
            socket.Bind(new IPEndPoint(address, 0));
            var probe = new Probe(this, socket, (IPEndPoint)socket.LocalEndPoint!);
            _probes[probe.Local] = probe;
            _ = ConnectAsync(socket, new IPEndPoint(address, listener.Port));
            return probe;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    // Whether somebody takes it shows on the other side.
    private static async Task ConnectAsync(Socket socket, IPEndPoint listener) =>
        await socket.ConnectAsync(listener).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Says whether a connection that was accepted is one of them, and so nobody's request.</summary>
    public bool Recognize(EndPoint? remote)
    {
        if (!_probes.IsEmpty && remote is not null && _probes.TryGetValue(remote, out var probe))
            return probe.CameHere = true;
        Interlocked.Increment(ref _accepted);
        return false;
    }

    internal sealed class Probe(Probes all, Socket socket, IPEndPoint local) : IDisposable
    {
        private volatile bool _cameHere;

        public IPEndPoint Local => local;

        public bool CameHere
        {
            get => _cameHere;
            set => _cameHere = value;
        }

        public void Dispose()
        {
            socket.Dispose();
            all._probes.TryRemove(local, out _);
        }
    }
}
