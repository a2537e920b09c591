using Gateway.Telemetry;
using Gateway.Tests.Support;

namespace Gateway.Tests.Telemetry;

public sealed class AccessLogQueueTests : IDisposable
{
    private const int Writers = 4;
    private const int Each = 20_000;
    private readonly AccessLogQueue _queue = new(1000);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Entries_ComeInTheirOrderAndAsManyAsThereIsRoomFor()
    {
        for (var i = 0; i < 1010; i++)
            Assert.Equal(i < 1000, _queue.TryAdd(Entry($"/{i}")));

        Assert.True(_queue.TryTake(out var first));
        Assert.Equal("/0", first.Path);
        Assert.False(_queue.TryAdd(Entry("/still full")));
        _queue.GiveBack(1);
        Assert.True(_queue.TryAdd(Entry("/last")));
    }

    [Fact]
    public async Task Entries_OfManyThreads_AreAllTakenAndEachThreadsInOrder()
    {
        var taking = Task.Run(TakeAll, TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => AddAll(writer), TestContext.Current.CancellationToken)));
        _queue.Complete();

        var taken = await taking.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(Writers * Each, taken.Count);
        Assert.All(taken.GroupBy(entry => entry.Writer), entries => Assert.Equal(Enumerable.Range(0, Each), entries.Select(entry => entry.Number)));
        Assert.False(_queue.TryAdd(Entry("/late")));
    }

    [Fact]
    public async Task Wait_OfAnEmptyQueue_EndsWithTheFirstEntry()
    {
        for (var i = 0; i < 200; i++)
        {
            var waiting = Task.Run(_queue.Wait, TestContext.Current.CancellationToken);
            _queue.TryAdd(Entry("/"));

            Assert.True(await waiting.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            _queue.TryTake(out _);
            _queue.GiveBack(1);
        }
    }

    private void AddAll(int writer)
    {
        for (var i = 0; i < Each; i++)
        {
            var entry = Entry($"/{writer}/{i}");
            while (!_queue.TryAdd(entry))
                Thread.Yield();
        }
    }

    private List<(int Writer, int Number)> TakeAll()
    {
        List<(int, int)> taken = [];
        while (_queue.Wait())
        {
            for (; _queue.TryTake(out var entry); _queue.GiveBack(1))
            {
                var parts = entry.Path.Split('/');
                taken.Add((int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)));
            }
        }
        return taken;
    }

    private static AccessLogEntry Entry(string path) => new(Requests.New("GET", path).Exchange(), combined: false);
}
