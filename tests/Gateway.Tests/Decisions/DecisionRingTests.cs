using Gateway.Decisions;
using Gateway.Refusals;
using Gateway.Tests.Support;

namespace Gateway.Tests.Decisions;

public sealed class DecisionRingTests
{
    [Fact]
    public void Ring_KeepsTheNewestAndNoMore()
    {
        var ring = new DecisionRing(3);
        for (var i = 0; i < 5; i++)
            ring.Add(Of($"/{i}"));

        Assert.Equal(["/4", "/3", "/2"], Paths(ring));
    }

    [Fact]
    public void Ring_OfNoRoom_KeepsNothing()
    {
        var ring = new DecisionRing(0);

        ring.Add(Of("/x"));

        Assert.Empty(ring.NewestFirst());
    }

    [Theory]
    [InlineData(2, "/3", "/2")]
    [InlineData(9, "/3", "/2", "/1", "/0")]
    [InlineData(0)]
    public void Ring_ResizedLive_KeepsTheNewestThatFit(int capacity, params string[] kept)
    {
        var ring = new DecisionRing(4);
        for (var i = 0; i < 4; i++)
            ring.Add(Of($"/{i}"));

        var resized = ring.Resized(capacity);

        Assert.Equal(kept, Paths(resized));
        Assert.Equal(capacity, resized.Capacity);
    }

    [Fact]
    public void Ring_FilledByManyThreads_IsFullOfTheLast()
    {
        var ring = new DecisionRing(100);
        var decision = Of("/x");

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 1000; i++)
                ring.Add(decision);
        });

        Assert.Equal(8000, ring.Added);
        Assert.Equal(100, ring.NewestFirst().Count());
    }

    [Fact]
    public void Decision_OfWhatIsLong_IsBounded()
    {
        var context = Requests.New(new string('M', 5000), "/" + new string('p', 5000));
        context.Request.Headers.Host = new string('h', 5000);

        var decision = new Decision(context.Exchange(), RequestRefusal.Unexpected, default, null);

        Assert.Equal((32, 255, 256), (decision.Method.Length, decision.Host.Length, decision.Path.Length));
    }

    [Fact]
    public void Decision_IsFoundByItsTraceIdInEitherCase()
    {
        var decision = Of("/x");
        var traceId = decision.Trace.TraceId;

        Assert.True(decision.IsOf(traceId));
        Assert.True(decision.IsOf(traceId.ToUpperInvariant()));
        Assert.False(decision.IsOf(traceId.AsSpan(1)));
        Assert.False(decision.IsOf(Of("/x").Trace.TraceId));
    }

    [Fact]
    public void PackedJson_IsWhatItWas()
    {
        var json = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"id":"one","state":"up"},""", 500)));

        Assert.Equal(json, new PackedJson(json).Unpack());
        Assert.Empty(new PackedJson([]).Unpack());
    }

    private static Decision Of(string path) => new(Requests.New(path: path).Exchange(), RequestRefusal.Unexpected, default, null);

    private static IEnumerable<string> Paths(DecisionRing ring) => ring.NewestFirst().Select(decision => decision.Path);
}
