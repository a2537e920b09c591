namespace Gateway.Configuration;

/// <summary>Asks the watcher to read the configuration's files at once and to say what came of it. Thread-safe.</summary>
internal sealed class RereadRequest
{
    private volatile TaskCompletionSource _made = NewSignal();

    /// <summary>Completes when it was made.</summary>
    public Task Made => _made.Task;

    public void Make() => _made.TrySetResult();

    /// <summary>Takes it up; false where there is none. One that is made from now on is another.</summary>
    public bool TryTake()
    {
        if (!_made.Task.IsCompleted)
            return false;
        _made = NewSignal();
        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
