using System.Threading.Channels;

namespace Gateway.Management.Events;

/// <summary>Those who listen to events: so many and no more, and none who is slow. Thread-safe.</summary>
internal sealed class EventListeners
{
    /// <summary>As many may listen at once.</summary>
    public const int MostListeners = 16;

    private readonly Lock _lock = new();
    private readonly List<EventListener> _listeners = [];
    private bool _over;

    public int Count
    {
        get
        {
            lock (_lock)
                return _listeners.Count;
        }
    }

    /// <summary>Begins to listen; null when too many do or the gateway stops.</summary>
    /// <param name="drop">Breaks the stream off, should it be read too slowly.</param>
    public EventListener? Join(Action drop)
    {
        var listener = new EventListener(drop);
        lock (_lock)
        {
            if (_over || _listeners.Count >= MostListeners)
                return null;
            _listeners.Add(listener);
        }
        return listener;
    }

    public void Leave(EventListener listener)
    {
        lock (_lock)
            _listeners.Remove(listener);
    }

    /// <summary>Tells everybody; the bytes are shared and must not change any more.</summary>
    public void Tell(byte[] message)
    {
        EventListener[] listeners;
        lock (_lock)
            listeners = [.. _listeners];
        foreach (var listener in listeners)
            listener.Tell(message);
    }

    /// <summary>Ends every stream in order, and lets nobody begin another.</summary>
    public void End()
    {
        lock (_lock)
        {
            _over = true;
            foreach (var listener in _listeners)
                listener.End();
        }
    }
}

/// <summary>One who listens, with what was told and not taken yet.</summary>
internal sealed class EventListener(Action drop)
{
    // Whoever has not taken what was told over so many seconds is not listening.
    private const int MostWaiting = 10;

    private readonly Channel<byte[]> _events = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    public ChannelReader<byte[]> Events => _events.Reader;

    public void Tell(byte[] message)
    {
        if (!_events.Writer.TryWrite(message) && _events.Writer.TryComplete())
            drop();
    }

    public void End() => _events.Writer.TryComplete();
}
