using System.IO.Pipelines;
using System.Text;
using Gateway.Draining.Farewells;

namespace Gateway.Tests.Draining;

public sealed class EventStreamTests : IDisposable
{
    private readonly Pipe _backend = new();
    private readonly CancellationTokenSource _goingAway = new();
    private readonly EventStream _stream;
    private readonly byte[] _buffer = new byte[1024];

    public EventStreamTests() => _stream = new EventStream(_backend.Reader.AsStream(), _goingAway.Token);

    public void Dispose()
    {
        _stream.Dispose();
        _goingAway.Dispose();
    }

    [Fact]
    public async Task Silence_WhenItIsTimeToGo_Ends()
    {
        await SendAsync("data: 1\n\n");
        Assert.Equal("data: 1\n\n", await ReadAsync());
        var next = ReadAsync();

        await _goingAway.CancelAsync();

        Assert.Equal("", await next);
        Assert.Equal("", await ReadAsync());
    }

    [Fact]
    public async Task Event_ThatHasBegun_EndsBeforeTheStream()
    {
        await SendAsync("data: 1");
        Assert.Equal("data: 1", await ReadAsync());
        var next = ReadAsync();
        await _goingAway.CancelAsync();
        Assert.False(next.IsCompleted);

        await SendAsync("0\n\ndata: 2\n\n");

        Assert.Equal("0\n\n", await next);
        Assert.Equal("", await ReadAsync());
    }

    [Fact]
    public async Task Client_ThatLeaves_IsNoEnd()
    {
        using var left = new CancellationTokenSource();
        var next = _stream.ReadAsync(_buffer, left.Token).AsTask();

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private async Task SendAsync(string text) => await _backend.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    private async Task<string> ReadAsync() => Encoding.UTF8.GetString(_buffer, 0, await _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken));
}
