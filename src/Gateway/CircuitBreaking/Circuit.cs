using Gateway.Configuration;
using Gateway.LoadBalancing;
using Polly.CircuitBreaker;

namespace Gateway.CircuitBreaking;

/// <summary>
/// The circuit before one destination. Failures in a row open it; after the break one request goes
/// through as the probe, and its outcome closes the circuit or opens it again. Thread-safe; while
/// it is closed and nothing fails, no request takes a lock.
/// </summary>
/// <remarks>
/// A ticket is the number of the era in which a request entered. Each change of state begins a new
/// era, so that an answer to a request of an earlier one, however late, changes nothing.
/// </remarks>
internal sealed class Circuit : ITurnstile
{
    // The ticket of a request that enters while the breaker is off: it belongs to no era.
    private const long NeverJudged = 0;

    private readonly Lock _lock = new();
    private readonly DestinationId _id;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OpenQuota _quota;
    private volatile CircuitBreakerSettings _settings = new();
    private CircuitPolicy _policy;
    private volatile bool _closed = true;
    private long _era = 1;
    private int _failuresInRow;
    private int _inside;
    private bool _keptClosed;

    // While not closed, all under the lock:
    private long _openedAt;
    private bool _probing;
    private long _probeSince;

    // The ticket of the request that probes; zero when it came to nothing and the next request takes its place.
    private long _probeTicket;

    // Rings when the next probe may go through.
    private ITimer? _alarm;

    // Probes of one era have tickets of their own, from the era's number on; the next era begins behind them.
    private long _lastProbe;

    public Circuit(DestinationId id, TimeProvider time, ILogger logger, OpenQuota? quota = null)
    {
        (_id, _time, _logger, _quota) = (id, time, logger, quota ?? new OpenQuota());
        _policy = NewPolicy();
    }

    /// <summary>Called when it may let a request through that it refused before.</summary>
    public Action? Opening { get; init; }

    /// <summary>Whether any request is on its destination.</summary>
    public bool IsHeld => Volatile.Read(ref _inside) > 0;

    /// <summary>Its place among the cluster's circuits that are not closed; 0 while it is. The quota's lock guards it.</summary>
    public long OutOrder { get; set; }

    public CircuitBreakerSettings Settings
    {
        get => _settings;
        set
        {
            _settings = value;
            // What happens while the breaker is off is not counted, so no row goes on through it.
            if (!value.Enabled)
                Volatile.Write(ref _failuresInRow, 0);
            if (_closed)
                return;
            // The break that goes on has the length of now.
            lock (_lock)
                SetAlarm();
        }
    }

    public CircuitState State
    {
        get
        {
            if (_closed)
                return CircuitState.Closed;
            lock (_lock)
                return _policy.State;
        }
    }

    /// <summary>The failures since the last success, while the circuit counts them.</summary>
    public int FailuresInRow => Volatile.Read(ref _failuresInRow);

    /// <summary>The time since it opened, or opened again after a probe that failed; null while it is closed.</summary>
    public TimeSpan? OpenFor
    {
        get
        {
            lock (_lock)
                return _closed ? null : _time.GetElapsedTime(_openedAt);
        }
    }

    /// <summary>The time until a probe may go through; zero when one may now.</summary>
    public TimeSpan TimeToProbe
    {
        get
        {
            lock (_lock)
                return FindTimeToProbe();
        }
    }

    public bool IsOpen => _closed || !_settings.Enabled || TimeToProbe == TimeSpan.Zero;

    public bool TryEnter(out long ticket)
    {
        // Before it is let in: a save in between must find it held.
        Interlocked.Increment(ref _inside);
        if (TryPass(out ticket))
            return true;
        Interlocked.Decrement(ref _inside);
        return false;
    }

    private bool TryPass(out long ticket)
    {
        ticket = Volatile.Read(ref _era);
        if (_closed)
            return true;
        if (!_settings.Enabled)
        {
            ticket = NeverJudged;
            return true;
        }
        lock (_lock)
        {
            ticket = _era;
            return _closed || TryBeginProbe(out ticket);
        }
    }

    public void Judge(long ticket, AttemptOutcome outcome)
    {
        if (!_settings.Enabled)
            return;
        // The way of nearly every request: it succeeded, and so did the one before it.
        if (_closed && outcome != AttemptOutcome.Failure && Volatile.Read(ref _failuresInRow) == 0)
            return;
        var opens = false;
        lock (_lock)
        {
            if (ticket == _era && _closed)
                JudgeClosed(outcome);
            else if (_probing && ticket >= _era)
                opens = JudgeProbe(ticket, outcome);
        }
        if (opens)
            Opening?.Invoke();
    }

    public void Leave(long ticket) => Interlocked.Decrement(ref _inside);

    /// <summary>Closes it though its destination fails, as a configuration allows fewer to be out.</summary>
    public void GiveWay()
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _policy = NewPolicy();
            Closed();
            var limit = _quota.Current;
            CircuitLog.GaveWay(_logger, _id.Destination, _id.Cluster, limit.Percent, limit.Allowed, limit.Circuits.Count);
        }
        Opening?.Invoke();
    }

    private CircuitPolicy NewPolicy() => new(_time);

    // A probe that hangs holds other requests up for no longer than a break.
    private TimeSpan FindTimeToProbe()
    {
        if (_closed || (_probing && _probeTicket == 0))
            return TimeSpan.Zero;
        var left = _settings.BreakDuration - _time.GetElapsedTime(_probing ? _probeSince : _openedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void SetAlarm()
    {
        if (_closed || Opening is null)
            return;
        _alarm ??= _time.CreateTimer(static circuit => Ring((WeakReference<Circuit>)circuit!), new WeakReference<Circuit>(this), Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Timers count whole milliseconds.
        _alarm.Change(FindTimeToProbe() + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    // A timer that is set is held by the process; the circuit, and the gateway with it, must not be.
    private static void Ring(WeakReference<Circuit> circuit)
    {
        if (circuit.TryGetTarget(out var target))
            target.Ring();
    }

    private void Ring()
    {
        lock (_lock)
        {
            // Early where a probe or a save was quicker; by a part of a millisecond also on its own.
            if (FindTimeToProbe() > TimeSpan.Zero)
            {
                SetAlarm();
                return;
            }
        }
        Opening!();
    }

    private void JudgeClosed(AttemptOutcome outcome)
    {
        if (outcome == AttemptOutcome.Success)
            (_failuresInRow, _keptClosed) = (0, false);
        else if (outcome == AttemptOutcome.Failure && AddFailure() >= _settings.FailureThreshold)
            OpenOrStayClosed();
    }

    // A row that the quota lets go on has no end.
    private int AddFailure() => _failuresInRow = Math.Min(_failuresInRow, int.MaxValue - 1) + 1;

    private void OpenOrStayClosed()
    {
        if (_quota.TryTakeOut(this))
        {
            _policy.Open();
            Opened();
            CircuitLog.Opened(_logger, _id.Destination, _id.Cluster, _failuresInRow, _settings.BreakDuration);
        }
        else if (!_keptClosed)
        {
            _keptClosed = true;
            var limit = _quota.Current;
            CircuitLog.StaysClosed(_logger, _id.Destination, _id.Cluster, _failuresInRow, limit.Percent, limit.Allowed, limit.Circuits.Count);
        }
    }

    private bool TryBeginProbe(out long ticket)
    {
        ticket = NeverJudged;
        // The same words by which it says that it is open: where they differed, choosing would ask again and again.
        // Where a probe hangs, the next request probes in its place, and whichever of them is answered decides.
        if (FindTimeToProbe() > TimeSpan.Zero || (!_probing && !_policy.TryBeginProbe()))
            return false;
        if (!_probing)
            _era++;
        _probing = true;
        _probeSince = _time.GetTimestamp();
        ticket = _probeTicket = Math.Max(_era, _lastProbe + 1);
        _lastProbe = ticket;
        SetAlarm();
        CircuitLog.Probing(_logger, _id.Destination, _id.Cluster);
        return true;
    }

    // True: it lets another request through that it refused before.
    private bool JudgeProbe(long ticket, AttemptOutcome outcome)
    {
        if (outcome == AttemptOutcome.None)
        {
            if (ticket != _probeTicket)
                return false;
            _probeTicket = 0;
            return true;
        }
        _policy.EndProbe(outcome);
        if (outcome == AttemptOutcome.Success)
        {
            Closed();
            CircuitLog.Closed(_logger, _id.Destination, _id.Cluster);
            return true;
        }
        Opened();
        CircuitLog.StaysOpen(_logger, _id.Destination, _id.Cluster, _settings.BreakDuration);
        return false;
    }

    private void Opened()
    {
        _openedAt = _time.GetTimestamp();
        _probing = false;
        NextEra();
        _closed = false;
        SetAlarm();
    }

    private void Closed()
    {
        (_failuresInRow, _keptClosed) = (0, false);
        _probing = false;
        NextEra();
        _closed = true;
        // After that: the circuit that takes its place must not be out while this one still is.
        _quota.TakeBack(this);
    }

    private void NextEra() => _era = Math.Max(_era, _lastProbe) + 1;
}
