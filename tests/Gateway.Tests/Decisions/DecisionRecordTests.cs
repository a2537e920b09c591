using Gateway.Decisions;
using Gateway.Refusals;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Decisions;

public sealed class DecisionRecordTests
{
    private readonly DecisionRecord _record = new(
        new Lazy<ClusterSight>(() => throw new InvalidOperationException("No cluster was asked.")), new FakeTimeProvider(), new RecordingLogger<DecisionRecord>());

    [Theory]
    [InlineData(true, true, false, 1)]
    [InlineData(true, true, true, 0)]
    [InlineData(true, false, false, 0)]
    [InlineData(false, true, false, 0)]
    public void RequestThatEnded_IsRememberedIfTheDrainCutIt(bool cut, bool aborted, bool refusedBefore, int remembered)
    {
        var exchange = Requests.New().Exchange();
        (exchange.Cut, exchange.Aborted, exchange.Refusal) = (cut, aborted, refusedBefore ? RequestRefusal.Unexpected : null);

        _record.Ended(exchange);

        Assert.Equal(Enumerable.Repeat("drain", remembered), _record.Ring.NewestFirst().Select(decision => decision.Refusal.Gate));
    }
}
