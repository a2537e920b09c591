using System.Diagnostics;

namespace Gateway.IntegrationTests.Support;

/// <summary>Waits, bounded, for what happens outside a test's own flow.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (within ?? Bounds.Patience))
                Assert.Fail($"Not in time: {what}.");
            await Task.Delay(Pause);
        }
    }

    public static async Task EqualAsync<T>(T expected, Func<T> actual, TimeSpan? within = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!EqualityComparer<T>.Default.Equals(expected, actual()) && Stopwatch.GetElapsedTime(started) < (within ?? Bounds.Patience))
            await Task.Delay(Pause);
        Assert.Equal(expected, actual());
    }
}

/// <summary>
/// How long tests wait at most for what should happen: long enough for a machine that is busy with other things. A test
/// that something happens soon sets up what would otherwise hold it for much longer.
/// </summary>
internal static class Bounds
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The running test's cancellation, and the end of patience.</summary>
    public static CancellationToken Token
    {
        get
        {
            var bounded = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            bounded.CancelAfter(Patience);
            return bounded.Token;
        }
    }

    public static Task WithinPatience(this Task task) => task.WaitAsync(Patience);

    public static Task<T> WithinPatience<T>(this Task<T> task) => task.WaitAsync(Patience);
}
