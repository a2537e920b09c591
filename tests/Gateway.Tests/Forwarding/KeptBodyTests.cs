using System.IO.Pipelines;
using System.Text;
using Gateway.Forwarding;
using Gateway.Telemetry;

namespace Gateway.Tests.Forwarding;

public sealed class KeptBodyTests
{
    private readonly Pipe _client = new();
    private readonly byte[] _buffer = new byte[100];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Body_ReadAndRewound_IsReadAgainThenGoesOn()
    {
        var body = Entered(100);
        await SendAsync("abc");
        Assert.Equal("abc", await ReadAsync(body));
        await SendAsync("def");
        Assert.Equal("def", await ReadAsync(body));
        body.Leave();

        Assert.True(await body.RewindAsync(Token));
        Assert.True(body.TryEnter(body.Round));
        await SendAsync("ghi");

        Assert.Equal(["abcdef", "ghi"], [await ReadAsync(body), await ReadAsync(body)]);
        body.Leave();
        Assert.True(await body.RewindAsync(Token));
        Assert.Equal("abcdefghi", await ReadAsync(body));
        Assert.Equal(15, body.Resent);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    [InlineData(0, false)]
    public async Task Body_WithinTheLimit_IsWhole(int limit, bool whole)
    {
        var body = Entered(limit);
        Assert.True(body.IsWhole);
        await SendAsync("abc");
        Assert.Equal("abc", await ReadAsync(body));
        body.Leave();

        Assert.Equal(whole, body.IsWhole);
        Assert.Equal(whole, await body.RewindAsync(Token));
    }

    [Fact]
    public async Task Body_NotReadYet_IsWholeWhateverTheLimit() => Assert.True(await Entered(0, enter: false).RewindAsync(Token));

    [Fact]
    public async Task Body_OfManyReads_GrowsToTheLimit()
    {
        var body = Entered(20_000);
        for (var i = 0; i < 200; i++)
        {
            await SendAsync(new string((char)('a' + i % 26), 100));
            await ReadAsync(body);
        }
        body.Leave();
        Assert.True(await body.RewindAsync(Token));

        for (var i = 0; i < 200; i++)
            Assert.Equal(new string((char)('a' + i % 26), 100), await ReadAsync(body));
    }

    [Fact]
    public async Task Copy_OfAnEarlierAttempt_IsTurnedAway()
    {
        var body = Entered(100, enter: false);
        var round = body.Round;
        await body.RewindAsync(Token);

        Assert.False(body.TryEnter(round));
        Assert.True(body.TryEnter(body.Round));
    }

    [Fact]
    public async Task Rewind_WhileACopyRuns_CutsItOffAndWaitsForItsEnd()
    {
        var body = Entered(100);
        await SendAsync("abc");
        await ReadAsync(body);

        var rewinding = body.RewindAsync(Token).AsTask();

        Assert.False(rewinding.IsCompleted);
        await Assert.ThrowsAsync<OperationCanceledException>(() => ReadAsync(body));
        Assert.False(body.TryEnter(body.Round));
        body.Leave();
        Assert.True(await rewinding);
        Assert.Equal("abc", await ReadAsync(body));
    }

    [Fact]
    public async Task Rewind_WhileACopyWaitsForTheClient_KeepsWhatStillComes()
    {
        var body = Entered(100);
        var reading = body.ReadAsync(_buffer.AsMemory(), Token);
        var rewinding = body.RewindAsync(Token).AsTask();

        await SendAsync("late");
        Assert.Equal("late".Length, await reading);
        Assert.False(rewinding.IsCompleted);
        body.Leave();

        Assert.True(await rewinding);
        Assert.Equal("late", await ReadAsync(body));
    }

    [Fact]
    public async Task Rewind_ClientLeavesMeanwhile_IsCancelled()
    {
        var body = Entered(100);
        using var left = new CancellationTokenSource();
        var rewinding = body.RewindAsync(left.Token).AsTask();

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rewinding);
    }

    [Fact]
    public async Task Hold_StaysWholeThoughTheLastReadGoesBeyondTheLimit()
    {
        var body = Entered(2);
        var reading = body.ReadAsync(_buffer.AsMemory(), Token);

        Assert.True(body.TryHold());
        await SendAsync("abc");
        Assert.Equal("abc".Length, await reading);
        body.Leave();

        Assert.True(await body.RewindAsync(Token));
        Assert.Equal("abc", await ReadAsync(body));
    }

    [Fact]
    public async Task Hold_OfWhatIsLost_IsRefused()
    {
        var body = Entered(2);
        await SendAsync("abc");
        await ReadAsync(body);

        Assert.False(body.TryHold());
        await SendAsync("def");
        Assert.Equal("def", await ReadAsync(body));
    }

    [Fact]
    public async Task StopKeeping_BeforeTheLastAttempt_StillSendsWhatWasKept()
    {
        var body = Entered(100);
        await SendAsync("abc");
        await ReadAsync(body);
        body.Leave();
        await body.RewindAsync(Token);

        body.StopKeeping();
        await SendAsync("def");

        Assert.Equal(["abc", "def"], [await ReadAsync(body), await ReadAsync(body)]);
        Assert.False(body.IsWhole);
    }

    [Fact]
    public async Task Release_WhileItIsRead_LosesNothingOfTheClients()
    {
        var body = Entered(100);
        await SendAsync("abc");
        await ReadAsync(body);

        body.Release();
        await SendAsync("def");

        Assert.Equal("def", await ReadAsync(body));
        Assert.False(body.IsWhole);
    }

    [Fact]
    public async Task End_OfTheBody_IsReadAgainAsWell()
    {
        var body = Entered(100);
        await SendAsync("abc");
        await ReadAsync(body);
        await _client.Writer.CompleteAsync();
        Assert.Equal("", await ReadAsync(body));
        body.Leave();

        Assert.True(await body.RewindAsync(Token));

        Assert.Equal(["abc", ""], [await ReadAsync(body), await ReadAsync(body)]);
    }

    private KeptBody Entered(int limit, bool enter = true)
    {
        var body = new KeptBody(new RequestBody(_client.Reader), limit);
        Assert.True(!enter || body.TryEnter(body.Round));
        return body;
    }

    private async Task SendAsync(string text) => await _client.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), Token);

    private async Task<string> ReadAsync(KeptBody body)
    {
        Assert.Equal(0, await body.ReadAsync(Memory<byte>.Empty, Token));
        return Encoding.ASCII.GetString(_buffer, 0, await body.ReadAsync(_buffer.AsMemory(), Token));
    }
}
