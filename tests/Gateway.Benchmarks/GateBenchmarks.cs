using BenchmarkDotNet.Attributes;
using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Pooling;
using Gateway.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Benchmarks;

/// <summary>What the gates' own logic costs an admitted request. The column to look at is Allocated: nothing.</summary>
[MemoryDiagnoser]
public class GateBenchmarks
{
    private readonly BucketClock _clock = new(TimeProvider.System);
    private TokenBucket _bucket = null!;
    private BucketRate _rate = null!;
    private ClientBuckets _clients = null!;
    private ClientKey _client;
    private PermitPool _pool = null!;
    private Circuit _circuit = null!;

    [GlobalSetup]
    public void Setup()
    {
        _rate = new BucketRate(1_000_000_000, 1_000_000_000, TimeSpan.FromSeconds(1), TimeProvider.System.TimestampFrequency);
        _bucket = new TokenBucket(_rate, _clock);
        _clients = new ClientBuckets();
        _client = ClientKey.Of(System.Net.IPAddress.Loopback);
        _pool = new PermitPool(new WaitingLine(TimeProvider.System)) { Permits = 32 };
        _circuit = new Circuit(new DestinationId("api", "one"), TimeProvider.System, NullLogger.Instance);
    }

    [Benchmark]
    public bool TokenBucket_Take() => _bucket.TryTake(_clock.Now);

    [Benchmark]
    public bool ClientBucket_FindAndTake()
    {
        var now = _clock.Now;
        return _clients.Take(_client, _rate, 100_000, now, window: 0).IsTaken;
    }

    [Benchmark]
    public void Permit_TakeAndGiveBack()
    {
        _pool.TryEnter(out var ticket);
        _pool.Leave(ticket);
    }

    [Benchmark]
    public void Circuit_EnterAndSucceed()
    {
        _circuit.TryEnter(out var ticket);
        _circuit.Judge(ticket, AttemptOutcome.Success);
        _circuit.Leave(ticket);
    }
}
