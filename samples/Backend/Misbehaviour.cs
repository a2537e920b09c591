namespace Backend;

/// <summary>The switches that requests meet before any endpoint. Safe to use from several threads.</summary>
internal sealed class Misbehaviour
{
    public const int MaxCount = 1_000_000;
    public const int MinStatus = 400;
    public const int MaxStatus = 599;

    private readonly Lock _lock = new();
    private int _failures;
    private int _failureStatus;
    private int _resets;
    private TaskCompletionSource? _hang;

    /// <summary>Completed unless requests hang; then completes when they no longer do.</summary>
    public Task Released
    {
        get
        {
            lock (_lock)
                return _hang?.Task ?? Task.CompletedTask;
        }
    }

    public void FailNext(int count, int status)
    {
        CheckCount(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, MinStatus);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, MaxStatus);
        lock (_lock)
            (_failures, _failureStatus) = (count, status);
    }

    public void ResetNext(int count)
    {
        CheckCount(count);
        lock (_lock)
            _resets = count;
    }

    public void SetHang(bool on)
    {
        TaskCompletionSource? released = null;
        lock (_lock)
        {
            if (on)
                _hang ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            else
                (released, _hang) = (_hang, null);
        }

        released?.TrySetResult();
    }

    /// <summary>Whether this request's connection is to be reset; counts it.</summary>
    public bool TakeReset()
    {
        lock (_lock)
            return _resets > 0 && _resets-- > 0;
    }

    /// <summary>The status that this request is to fail with, if it is; counts it.</summary>
    public int? TakeFailure()
    {
        lock (_lock)
            return _failures > 0 && _failures-- > 0 ? _failureStatus : null;
    }

    private static void CheckCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
    }
}
