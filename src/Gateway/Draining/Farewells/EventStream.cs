using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Draining.Farewells;

/// <summary>A backend's stream of server-sent events, which ends when it is time to go: between two events, so that the client finds the rest elsewhere.</summary>
internal sealed class EventStream : AsyncStream
{
    private readonly Stream _backend;
    private readonly CancellationToken _goingAway;
    private readonly ToldReading _told;
    private EventFollower _events;
    private bool _over;

    public EventStream(Stream backend, CancellationToken goingAway) => (_backend, _goingAway, _told) = (backend, goingAway, new(goingAway));

    public override bool CanRead => true;

    public override bool CanWrite => false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_over || (_goingAway.IsCancellationRequested && _events.IsBetweenEvents))
            return 0;
        int read;
        try
        {
            // Cut within an event, the connection would be lost with the rest of it.
            read = await _backend.ReadAsync(buffer, _events.IsBetweenEvents ? _told.With(cancellationToken) : cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _goingAway.IsCancellationRequested)
        {
            _over = true;
            return 0;
        }
        if (!_goingAway.IsCancellationRequested)
        {
            _events.Follow(buffer.Span[..read]);
            return read;
        }
        var passed = _events.FollowEvent(buffer.Span[..read]);
        _over = _events.IsBetweenEvents;
        return passed;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _told.Dispose();
            _backend.Dispose();
        }
        base.Dispose(disposing);
    }
}
