using Microsoft.AspNetCore.Connections;

namespace Backend;

/// <summary>A connection to the traffic ports, and whether a request is on it. Thread-safe.</summary>
internal sealed class TrafficConnection(ConnectionContext connection)
{
    private readonly Lock _lock = new();
    private int _inFlight;
    private long _begun;
    private bool _closed;

    /// <summary>False when the connection was closed meanwhile: nothing may be done for such a request.</summary>
    public bool TryBeginRequest()
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            _inFlight++;
            _begun++;
            return true;
        }
    }

    /// <summary>Tells how many requests had begun, by which an idle time is known.</summary>
    public long RequestEnded()
    {
        lock (_lock)
        {
            _inFlight--;
            return _begun;
        }
    }

    /// <summary>Closes it unless a request is on it or came since <paramref name="begun"/> of them.</summary>
    public void CloseIfIdle(long? begun = null)
    {
        lock (_lock)
        {
            if (_inFlight > 0 || (begun is { } known && known != _begun))
                return;
            _closed = true;
        }
        connection.Abort();
    }
}
