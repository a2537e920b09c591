using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>The time-outs that a request can meet beyond that of a connection.</summary>
internal enum Limit
{
    None,
    ResponseHeaders,
    IdleBody,
    Request,
}

/// <summary>
/// Watches the time-outs of one request through all its attempts: one timer, which asks what is due
/// when it fires, and one token, made anew only after it was cancelled for an attempt that another one follows.
/// </summary>
/// <remarks>Thread-safe. Bytes that move cost nothing: they are counted already, and the counts are looked at from time to time.</remarks>
internal sealed class RequestClock : IDisposable
{
    // How often an idle body is looked at within its time: it ends at most a quarter later than it should, and never sooner.
    private const int Looks = 4;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private readonly Lock _lock = new();
    private readonly TimeoutSettings _limits;
    private readonly Exchange _exchange;
    private readonly KeptBody? _kept;
    private readonly CancellationToken _aborted;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _leaving;
    private CancellationTokenSource _source = new();
    private Phase _phase;
    private long _since;
    private long _moved;
    private long _upgradedBytes;
    private bool _disposed;

    private enum Phase
    {
        Choosing,
        Connecting,
        Uploading,
        Waiting,
        Answered,
        Upgraded,
    }

    private RequestClock(TimeoutSettings limits, Exchange exchange, KeptBody? kept, TimeProvider time)
    {
        (_limits, _exchange, _kept, _time, _aborted) = (limits, exchange, kept, time, exchange.Context.RequestAborted);
        _timer = time.CreateTimer(static clock => ((RequestClock)clock!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _leaving = _aborted.UnsafeRegister(static clock => ((RequestClock)clock!)._source.Cancel(), this);
    }

    /// <summary>Starts to watch a request that is about to look for a destination.</summary>
    public static RequestClock Start(TimeoutSettings limits, Exchange exchange, KeptBody? kept, TimeProvider time)
    {
        var clock = new RequestClock(limits, exchange, kept, time);
        clock.Enter(Phase.Choosing);
        if (limits.IdleBody is not null)
            UpgradedBodies.Watch(exchange.Context, clock);
        return clock;
    }

    /// <summary>Ends with the client's leaving and when a time ran out.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Which time ran out for the current attempt.</summary>
    public Limit RanOut { get; private set; }

    /// <summary>Whether it was the client that was waited for when time ran out: to send its body, or to take the response's.</summary>
    public bool ClientStalled { get; private set; }

    /// <summary>Whether the connection was handed over to another protocol.</summary>
    public bool IsUpgraded => _phase == Phase.Upgraded;

    /// <summary>An attempt has its destination.</summary>
    public void OnBegun() => Enter(Phase.Connecting);

    /// <summary>The head of the request is written.</summary>
    public void OnSending(bool hasBody) => Enter(hasBody ? Phase.Uploading : Phase.Waiting);

    /// <summary>The whole body was written.</summary>
    public void OnBodySent()
    {
        lock (_lock)
        {
            // The answer may have come before.
            if (_phase == Phase.Uploading)
                Enter(Phase.Waiting);
        }
    }

    /// <summary>The headers of the response came.</summary>
    public void OnAnswered(bool upgraded) => Enter(upgraded ? Phase.Upgraded : Phase.Answered);

    /// <summary>Bytes of an upgraded connection moved.</summary>
    public void OnMoved(int bytes) => Interlocked.Add(ref _upgradedBytes, bytes);

    /// <summary>Makes the clock ready for another attempt; false when there is no time for one.</summary>
    public bool TryRenew()
    {
        lock (_lock)
        {
            if (RanOut == Limit.Request)
                return false;
            if (RanOut != Limit.None)
            {
                (RanOut, ClientStalled, _source) = (Limit.None, false, new());
                if (_aborted.IsCancellationRequested)
                    _source.Cancel();
            }
            Enter(Phase.Choosing);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        _leaving.Dispose();
        _timer.Dispose();
    }

    private void Enter(Phase phase)
    {
        lock (_lock)
        {
            _phase = phase;
            _since = _time.GetTimestamp();
            _moved = Moved();
            Arm();
        }
    }

    private void Look()
    {
        CancellationTokenSource over;
        lock (_lock)
        {
            if (_disposed || RanOut != Limit.None)
                return;
            if (Moved() is var moved && moved != _moved && _phase is not Phase.Waiting)
                (_moved, _since) = (moved, _time.GetTimestamp());
            RanOut = Due();
            if (RanOut == Limit.None)
            {
                Arm();
                return;
            }
            ClientStalled = IsWaitingForClient();
            over = _source;
        }
        over.Cancel();
    }

    private bool IsWaitingForClient() => _phase switch
    {
        Phase.Uploading => _exchange.RequestBody is { IsWaiting: true },
        Phase.Answered => _exchange.ResponseBody is { IsWaiting: true },
        _ => false,
    };

    private Limit Due() => Left(Limit.Request) <= TimeSpan.Zero ? Limit.Request
        : Left(Limit.ResponseHeaders) <= TimeSpan.Zero ? Limit.ResponseHeaders
        : Left(Limit.IdleBody) <= TimeSpan.Zero ? Limit.IdleBody : Limit.None;

    // TimeSpan.MaxValue where the limit does not hold now.
    private TimeSpan Left(Limit limit) => limit switch
    {
        Limit.Request when _phase != Phase.Upgraded => _limits.Request - _time.GetElapsedTime(_exchange.Started),
        Limit.ResponseHeaders when _phase == Phase.Waiting => _limits.ResponseHeaders - _time.GetElapsedTime(_since),
        Limit.IdleBody when _phase is Phase.Uploading or Phase.Answered or Phase.Upgraded => _limits.IdleBody - _time.GetElapsedTime(_since),
        _ => null,
    } ?? TimeSpan.MaxValue;

    private void Arm()
    {
        if (_disposed)
            return;
        var idle = Left(Limit.IdleBody);
        if (idle < TimeSpan.MaxValue)
            idle = Min(idle, _limits.IdleBody!.Value / Looks);
        var next = Min(Min(Left(Limit.Request), Left(Limit.ResponseHeaders)), idle);
        _timer.Change(next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : next > Shortest ? next : Shortest, Timeout.InfiniteTimeSpan);
    }

    private long Moved() => (_exchange.RequestBody?.Bytes ?? 0) + (_exchange.ResponseBody?.Bytes ?? 0) + (_kept?.Resent ?? 0)
        + Volatile.Read(ref _upgradedBytes);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
