using Gateway.Draining;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Draining;

/// <summary>What is told of a drain that takes its time.</summary>
public sealed class DrainProgressTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<DrainService> _log = new();
    private readonly TestMeters _meters = new();
    private readonly InFlight _inFlight;

    public DrainProgressTests() => _inFlight = new InFlight(_meters);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void WhatIsUnderWay_IsToldEveryFiveSeconds()
    {
        var progress = new DrainProgress(_inFlight, _time, _log);
        var exchange = Start(ExchangeKind.WebSocket);

        progress.Tell();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        progress.Tell();
        Assert.Empty(_log.Lines);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        progress.Tell();
        progress.Tell();
        _time.Advance(TimeSpan.FromSeconds(5));
        progress.Tell();

        Assert.Equal([Line("5.0"), Line("10.0")], _log.Lines);

        string Line(string age) => $"Still in flight: websocket, route all, destination one of cluster api, {age} s old, trace {exchange.Trace.TraceId}";
    }

    [Fact]
    public void Thousands_AreToldByTheOldestTwentyAndANumber()
    {
        var progress = new DrainProgress(_inFlight, _time, _log);
        var exchanges = Enumerable.Range(0, 1000).Select(_ =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            return Start(ExchangeKind.Request);
        }).ToList();
        _time.Advance(DrainProgress.Interval);

        progress.Tell();

        Assert.Equal([.. exchanges.Take(20).Select(exchange => exchange.Trace.TraceId)], _log.Lines.Take(20).Select(line => line.Split(' ')[^1]));
        Assert.Equal(["Still in flight: 980 more"], _log.Lines.Skip(20));
    }

    [Theory]
    [InlineData(ExchangeKind.Request, "request")]
    [InlineData(ExchangeKind.Waiting, "waiting")]
    [InlineData(ExchangeKind.WebSocket, "websocket")]
    [InlineData(ExchangeKind.EventStream, "event stream")]
    [InlineData(ExchangeKind.GrpcStream, "grpc stream")]
    public void Report_NamesTheKind(object kind, string word)
    {
        var exchange = Start((ExchangeKind)kind);
        _time.Advance(TimeSpan.FromSeconds(2));

        var told = Assert.Single(new InFlightReport(_inFlight, _time).Oldest(10));

        Assert.Equal(new(word, "GET", "/a", "all", "api", "one", 2, exchange.Trace.TraceId), told);
    }

    private Exchange Start(ExchangeKind kind)
    {
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/a" } };
        var exchange = context.WithExchange(_time.GetTimestamp()).Exchange();
        (exchange.Kind, exchange.Route, exchange.Cluster, exchange.Destination) = (kind, "all", "api", "one");
        _inFlight.Started(exchange);
        return exchange;
    }
}
