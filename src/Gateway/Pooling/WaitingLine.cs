using Gateway.LoadBalancing;

namespace Gateway.Pooling;

/// <summary>
/// The requests of one cluster that wait for a permit, first come first served: only the first in
/// line tries, whenever a permit came back, and who comes later stands behind.
/// </summary>
internal sealed class WaitingLine(TimeProvider time) : IWaitingLine
{
    private readonly LinkedList<Place> _places = [];
    private readonly Lock _lock = new();
    private volatile int _waiting;
    private volatile int _trying;
    private int _called;
    private volatile PoolSettings _settings = new();

    public PoolSettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    /// <summary>The requests in line now.</summary>
    public int Waiting => _waiting;

    public bool IsTrying => _trying > 0;

    public IPlaceInLine? Join()
    {
        var settings = _settings;
        lock (_lock)
        {
            // One that was called is on its way out of the line: a permit came back for it.
            if (_places.Count - _called >= settings.QueueLimit || settings.QueueTimeout == TimeSpan.Zero)
                return null;
            var place = new Place(this, settings.QueueTimeout, time);
            place.Node = _places.AddLast(place);
            _waiting = _places.Count;
            // A permit may have come back before this one stood in line to hear of it. Where somebody ahead
            // tries, the try comes down the line by itself.
            if (_trying == 0)
                place.LetTry();
            return place;
        }
    }

    /// <summary>A permit may be free: lets the first in line try, who passes it on if it is not for them.</summary>
    public void Signal()
    {
        if (_waiting == 0)
            return;
        lock (_lock)
            _places.First?.Value.Call();
    }

    private void Remove(Place place)
    {
        lock (_lock)
        {
            if (place.Node is not { } node)
                return;
            var next = node.Next;
            place.Node = null;
            _places.Remove(node);
            _waiting = _places.Count;
            // The next one inherits the try: there may be a permit for it as well.
            if (place.EndTry())
                (next ?? _places.First)?.Value.LetTry();
        }
    }

    private void PassOn(Place place)
    {
        lock (_lock)
        {
            if (place.Node is not { } node)
                return;
            if (place.EndTry())
                node.Next?.Value.LetTry();
        }
    }

    private sealed class Place(WaitingLine line, TimeSpan timeout, TimeProvider time) : IPlaceInLine
    {
        private readonly SemaphoreSlim _tries = new(0);
        private readonly CancellationTokenSource _timeout = new(timeout, time);

        public LinkedListNode<Place>? Node { get; set; }

        private bool _mayTry;
        private bool _wasCalled;

        // Called under the line's lock.
        public void Call()
        {
            if (!_wasCalled)
                line._called++;
            _wasCalled = true;
            LetTry();
        }

        // Called under the line's lock: one try is enough, however many permits came back meanwhile.
        public void LetTry()
        {
            if (!_mayTry)
                line._trying++;
            _mayTry = true;
            if (_tries.CurrentCount == 0)
                _tries.Release();
        }

        // Called under the line's lock: ends the try, if there was one, unless another permit came back during it.
        public bool EndTry()
        {
            if (!_mayTry || (Node is not null && _tries.CurrentCount > 0))
                return false;
            _mayTry = false;
            line._trying--;
            if (_wasCalled)
                line._called--;
            _wasCalled = false;
            return true;
        }

        public void PassOn() => line.PassOn(this);

        public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken);
            try
            {
                await _tries.WaitAsync(either.Token);
                return true;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        public void Dispose()
        {
            line.Remove(this);
            _timeout.Dispose();
            _tries.Dispose();
        }
    }
}
