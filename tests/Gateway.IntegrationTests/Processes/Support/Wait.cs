namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>Waiting for conditions, never for time, and never forever.</summary>
internal static class Wait
{
    /// <summary>What takes longer than this on the slowest machine has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task Soon(this Task task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        over.CancelAfter(Patience);
        while (!await condition())
        {
            if (over.IsCancellationRequested)
                throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}.");
            await Task.Delay(Look, CancellationToken.None);
        }
    }
}
