using Gateway.LoadBalancing;
using Polly;
using Polly.CircuitBreaker;

namespace Gateway.CircuitBreaking;

/// <summary>
/// Polly's circuit breaker, told verdicts instead of results: it keeps the state and lets one execution
/// through as the probe.
/// </summary>
/// <remarks>
/// Polly opens at a ratio of failures in a window of time; here failures in a row decide, however far
/// apart they are, so counting them is the caller's and Polly hears the verdict. So is timing the break, which follows the settings
/// while it goes on: Polly would keep the length that it began with, and there would be two. Not thread-safe: the
/// circuit's lock guards it.
/// </remarks>
internal sealed class CircuitPolicy
{
    // Polly's smallest sample: this many failures at once are a ratio of 1 and open the circuit.
    private const int SampleThatOpens = 2;

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<AttemptOutcome> _pipeline;
    private TaskCompletionSource<AttemptOutcome>? _probe;

    public CircuitPolicy(TimeProvider time) =>
        _pipeline = new ResiliencePipelineBuilder<AttemptOutcome> { TimeProvider = new MonotonicClock(time) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptOutcome>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result == AttemptOutcome.Failure),
                FailureRatio = 1,
                MinimumThroughput = SampleThatOpens,
                BreakDurationGenerator = static _ => ValueTask.FromResult(TimeSpan.Zero),
                StateProvider = _state,
            })
            .Build();

    public CircuitState State => _state.CircuitState;

    /// <summary>Opens a closed circuit.</summary>
    public void Open()
    {
        for (var i = 0; i < SampleThatOpens; i++)
            _pipeline.Execute(static () => AttemptOutcome.Failure);
    }

    /// <summary>Begins the probe. Polly holds its execution open until <see cref="EndProbe"/> says how it went.</summary>
    public bool TryBeginProbe()
    {
        var probe = new TaskCompletionSource<AttemptOutcome>();
        var held = _pipeline.ExecuteOutcomeAsync(static async (_, probe) =>
            Outcome.FromResult(await probe.Task.ConfigureAwait(false)), ResilienceContextPool.Shared.Get(), probe);
        // Polly answers at once when it lets nobody through; an execution that is still under way is the probe.
        if (held.IsCompleted)
            return false;
        _probe = probe;
        return true;
    }

    /// <summary>Success closes the circuit, failure opens it for another break. Polly's state has changed when this returns.</summary>
    public void EndProbe(AttemptOutcome outcome)
    {
        _probe!.SetResult(outcome);
        _probe = null;
    }

    // Polly times a break by the wall clock; this one cannot be set back or forth while it runs.
    private sealed class MonotonicClock(TimeProvider time) : TimeProvider
    {
        private readonly DateTimeOffset _startTime = time.GetUtcNow();
        private readonly long _startTimestamp = time.GetTimestamp();

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _startTime + time.GetElapsedTime(_startTimestamp);

        public override long GetTimestamp() => time.GetTimestamp();
    }
}
