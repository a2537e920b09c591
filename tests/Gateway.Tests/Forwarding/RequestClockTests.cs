using System.IO.Pipelines;
using Gateway.Forwarding;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Forwarding;

public sealed class RequestClockTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _client = new();
    private readonly DefaultHttpContext _context = new();
    private readonly Exchange _exchange;
    private RequestClock? _clock;

    public RequestClockTests()
    {
        _context.WithExchange(_time.GetTimestamp());
        _context.RequestAborted = _client.Token;
        _exchange = _context.Exchange();
    }

    public void Dispose()
    {
        _clock?.Dispose();
        _client.Dispose();
    }

    [Fact]
    public void Request_RunsOutInWhateverPhase()
    {
        foreach (var phase in (Action<RequestClock>[])[_ => { }, c => c.OnBegun(), c => c.OnSending(true), c => c.OnSending(false), c => c.OnAnswered(false)])
        {
            _context.WithExchange(_time.GetTimestamp());
            using var clock = RequestClock.Start(new() { Request = Seconds(10) }, _context.Exchange(), null, _time);
            phase(clock);

            _time.Advance(Seconds(9.9));
            Assert.Equal((Limit.None, false), (clock.RanOut, clock.Token.IsCancellationRequested));
            _time.Advance(Seconds(0.2));

            Assert.Equal((Limit.Request, true), (clock.RanOut, clock.Token.IsCancellationRequested));
            Assert.False(clock.TryRenew());
        }
    }

    [Fact]
    public void Request_OfAnUpgradedConnection_DoesNotRunOut()
    {
        var clock = Start(new() { Request = Seconds(10) });

        clock.OnAnswered(upgraded: true);
        _time.Advance(Seconds(100));

        Assert.False(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void ResponseHeaders_CountFromTheWholeRequestToTheAnswer()
    {
        var clock = Start(new() { ResponseHeaders = Seconds(10) });
        _time.Advance(Seconds(100));
        clock.OnBegun();
        _time.Advance(Seconds(100));
        clock.OnSending(hasBody: true);
        _time.Advance(Seconds(100));
        clock.OnBodySent();
        _time.Advance(Seconds(9.9));
        Assert.False(clock.Token.IsCancellationRequested);

        _time.Advance(Seconds(0.2));

        Assert.Equal(Limit.ResponseHeaders, clock.RanOut);
    }

    [Fact]
    public void ResponseHeaders_AfterTheAnswer_DoNotRunOut()
    {
        var clock = Start(new() { ResponseHeaders = Seconds(10) });
        clock.OnSending(hasBody: true);
        clock.OnAnswered(upgraded: false);
        // An answer before the end of the body.
        clock.OnBodySent();

        _time.Advance(Seconds(100));

        Assert.False(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void ResponseHeaders_OfTheNextAttempt_CountAnew()
    {
        var clock = Start(new() { ResponseHeaders = Seconds(10), Request = Seconds(60) });
        for (var i = 0; i < 5; i++)
        {
            clock.OnBegun();
            clock.OnSending(hasBody: false);
            _time.Advance(Seconds(10));
            Assert.Equal((Limit.ResponseHeaders, true), (clock.RanOut, clock.Token.IsCancellationRequested));
            Assert.True(clock.TryRenew());
            Assert.Equal((Limit.None, false), (clock.RanOut, clock.Token.IsCancellationRequested));
        }

        _time.Advance(Seconds(10));

        Assert.Equal(Limit.Request, clock.RanOut);
    }

    [Fact]
    public void ResponseHeaders_OfAnAttemptThatFailedOtherwise_AreOver()
    {
        var clock = Start(new() { ResponseHeaders = Seconds(10) });
        clock.OnSending(hasBody: false);
        Assert.True(clock.TryRenew());

        _time.Advance(Seconds(100));

        Assert.False(clock.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IdleBody_CountsFromTheLastByte(bool download)
    {
        var clock = Start(new() { IdleBody = Seconds(10) });
        if (download)
            clock.OnAnswered(upgraded: false);
        else
            clock.OnSending(hasBody: true);
        for (var i = 0; i < 20; i++)
        {
            Advance(9);
            await MoveAsync(download);
        }
        Assert.False(clock.Token.IsCancellationRequested);

        Advance(9.9);
        Assert.False(clock.Token.IsCancellationRequested);
        // It is looked at from time to time: late by a quarter at most.
        Advance(2.7);

        Assert.Equal(Limit.IdleBody, clock.RanOut);
    }

    [Fact]
    public void IdleBody_OfAnUpgradedConnection_CountsFromTheLastByte()
    {
        var clock = Start(new() { IdleBody = Seconds(10) });
        clock.OnAnswered(upgraded: true);
        for (var i = 0; i < 20; i++)
        {
            Advance(9);
            clock.OnMoved(1);
        }
        Assert.False(clock.Token.IsCancellationRequested);

        Advance(12.6);

        Assert.Equal(Limit.IdleBody, clock.RanOut);
        Assert.True(clock.IsUpgraded);
    }

    [Fact]
    public void IdleBody_WhileNoBodyMoves_DoesNotCount()
    {
        var clock = Start(new() { IdleBody = Seconds(10) });
        Advance(100);
        clock.OnBegun();
        Advance(100);
        clock.OnSending(hasBody: false);
        Advance(100);

        Assert.False(clock.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IdleBody_ClientSendsNothing_IsKnownAsItsFault(bool waiting)
    {
        _exchange.RequestBody = new RequestBody(PipeReader.Create(new Silent()));
        var clock = Start(new() { IdleBody = Seconds(10) });
        clock.OnSending(hasBody: true);
        if (waiting)
            _ = _exchange.RequestBody.ReadAsync(new byte[1].AsMemory(), TestContext.Current.CancellationToken).AsTask();

        Advance(11);

        Assert.Equal((Limit.IdleBody, waiting), (clock.RanOut, clock.ClientStalled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IdleBody_ClientTakesNothing_IsKnownAsItsFault(bool waiting)
    {
        _exchange.ResponseBody = new ResponseBody(new StreamResponseBodyFeature(new Silent()));
        var clock = Start(new() { IdleBody = Seconds(10) });
        clock.OnAnswered(upgraded: false);
        if (waiting)
            _ = _exchange.ResponseBody.WriteAsync(new byte[1].AsMemory(), TestContext.Current.CancellationToken).AsTask();

        Advance(13);

        Assert.Equal((Limit.IdleBody, waiting), (clock.RanOut, clock.ClientStalled));
    }

    [Fact]
    public void Token_ClientLeaves_EndsAndNothingRanOut()
    {
        var clock = Start(new() { Request = Seconds(10) });

        _client.Cancel();

        Assert.Equal((Limit.None, true), (clock.RanOut, clock.Token.IsCancellationRequested));
        Assert.True(clock.TryRenew());
        Assert.True(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void Token_ClientLeftBeforeTheNextAttempt_IsCancelled()
    {
        var clock = Start(new() { ResponseHeaders = Seconds(10) });
        clock.OnSending(hasBody: false);
        _time.Advance(Seconds(10));
        _client.Cancel();

        clock.TryRenew();

        Assert.True(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void Clock_ThatIsDisposedOf_CancelsNothing()
    {
        var clock = Start(new() { Request = Seconds(10) });
        var token = clock.Token;

        clock.Dispose();
        clock.OnAnswered(upgraded: false);
        _time.Advance(Seconds(100));

        Assert.False(token.IsCancellationRequested);
    }

    private async Task MoveAsync(bool download)
    {
        if (download)
            await _exchange.ResponseBody!.WriteAsync(new byte[1].AsMemory());
        else
            Assert.Equal(1, await _exchange.RequestBody!.ReadAsync(new byte[1].AsMemory()));
    }

    private void Advance(double seconds)
    {
        for (var i = 0; i < 100; i++)
            _time.Advance(Seconds(seconds / 100));
    }

    private RequestClock Start(TimeoutSettings limits)
    {
        _exchange.RequestBody ??= new RequestBody(PipeReader.Create(new MemoryStream(new byte[100])));
        _exchange.ResponseBody ??= new ResponseBody(new StreamResponseBodyFeature(new MemoryStream()));
        return _clock = RequestClock.Start(limits, _exchange, null, _time);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private sealed class Silent : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }
}
