using Gateway.CircuitBreaking;
using Gateway.LoadBalancing;
using Gateway.Pooling;
using Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.LoadBalancing;

/// <summary>Choosing costs no memory, with the gates as they are.</summary>
public sealed class ChoiceAllocationTests
{
    [Theory]
    [InlineData("RoundRobin", 1)]
    [InlineData("RoundRobin", 7)]
    [InlineData("Random", 1)]
    [InlineData("Random", 7)]
    [InlineData("PowerOfTwoChoices", 1)]
    [InlineData("PowerOfTwoChoices", 7)]
    [InlineData("LeastRequests", 7)]
    [InlineData("ConsistentHash", 1)]
    [InlineData("ConsistentHash", 7)]
    [InlineData("FirstAlphabetical", 1)]
    public void Choice_OfAThousand_AllocatesNothing(string policy, int weights)
    {
        var snapshot = Clusters.Snapshot(policy, [.. Enumerable.Range(0, 1000).Select(i => ($"d{i}", 1 + (i % weights)))]);
        var (circuits, pools) = (new CircuitGate(TimeProvider.System, NullLogger<CircuitGate>.Instance), new PoolGate(TimeProvider.System));
        circuits.Apply(snapshot);
        pools.Apply(snapshot);
        var choosing = new Choosing(snapshot, circuits, pools);
        var wish = choosing.Wish();

        Assert.Equal(0, Allocations.Of(() => Choose(choosing, wish, 1000)));
    }

    private static void Choose(Choosing choosing, Wish wish, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var admission = choosing.ChooseNow(wish).Admission;
            admission.Judge(AttemptOutcome.Success);
            admission.Leave();
        }
    }
}
