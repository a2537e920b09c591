using Gateway.Refusals;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

public sealed class ExchangeMiddlewareTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Observer _observer = new();
    private readonly DefaultHttpContext _context = Requests.New();

    [Fact]
    public async Task Request_BeginsAndEndsOnce()
    {
        await Run(_ =>
        {
            Assert.Equal(["started"], _observer.Told);
            _time.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        });

        Assert.Equal(["started", "ended"], _observer.Told);
        var exchange = _context.Exchange();
        Assert.Equal(TimeSpan.FromSeconds(2), _time.GetElapsedTime(exchange.Started, exchange.Ended));
        Assert.False(exchange.Aborted);
    }

    [Fact]
    public async Task Error_ThatNobodyExpected_IsA500ThatTellsNothing()
    {
        await Run(_ => throw new InvalidOperationException("secret"));

        Assert.Equal(500, _context.Response.StatusCode);
        Assert.Same(RequestRefusal.Unexpected, _context.Exchange().Refusal);
        Assert.Equal(["started", "ended"], _observer.Told);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(408)]
    [InlineData(413)]
    public async Task Request_ThatTheServerFindsBad_GetsItsStatus(int status)
    {
        await Run(_ => throw new BadHttpRequestException("bad", status));

        Assert.Equal(status, _context.Response.StatusCode);
    }

    [Fact]
    public async Task Error_AfterTheClientLeft_IsNoFaultOfOurs()
    {
        using var left = new CancellationTokenSource();
        _context.RequestAborted = left.Token;

        await Run(async context =>
        {
            await left.CancelAsync();
            context.RequestAborted.ThrowIfCancellationRequested();
        });

        Assert.True(_context.Exchange().Aborted);
        Assert.Null(_context.Exchange().Refusal);
        Assert.Equal(["started", "ended"], _observer.Told);
    }

    [Fact]
    public async Task Response_IsCounted()
    {
        await Run(context => context.Response.WriteAsync("hello"));

        Assert.Equal(5, _context.Exchange().ResponseBody!.Bytes);
        Assert.Null(_context.Exchange().RequestBody);
    }

    private Task Run(RequestDelegate next)
    {
        System.Diagnostics.Activity.Current = null;
        return new ExchangeMiddleware(next, [_observer], new RequestSpans(_time), _time, new RecordingLogger<ExchangeMiddleware>()).InvokeAsync(_context);
    }

    private sealed class Observer : IExchangeObserver
    {
        public List<string> Told { get; } = [];

        public void Started(Exchange exchange) => Told.Add("started");

        public void Ended(Exchange exchange) => Told.Add("ended");
    }
}
