using System.Net;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

public sealed class CollectorsTests
{
    private readonly RecordingLogger<Collectors> _logger = new();
    private readonly Collectors _collectors = new();
    private Func<CancellationToken, Task<HttpResponseMessage>> _answer = static _ => Task.FromResult(new HttpResponseMessage());

    public CollectorsTests() => _collectors.Begin(_logger);

    [Fact]
    public async Task Unreachable_IsToldOnceForAllSignalsWithoutWhatMayBeSecret()
    {
        _answer = static _ => throw new HttpRequestException("Connection refused");

        await SendAsync("http://user:s3cr3t@collector:4318/v1/traces?key=s3cr3t");
        await SendAsync("http://collector:4318/v1/metrics");

        Assert.Equal(["The OTLP collector at http://collector:4318/v1/traces cannot be reached: Connection refused; telemetry is dropped until it can, and this is not told again"], Told);
    }

    [Fact]
    public async Task Refusal_OfOneSignal_IsNotTakenBackByAnother()
    {
        _answer = static _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        await SendAsync("http://collector:4318/v1/logs");
        _answer = static _ => Task.FromResult(new HttpResponseMessage());
        await SendAsync("http://collector:4318/v1/traces");
        Assert.Single(Told);

        await SendAsync("http://collector:4318/v1/logs");
        await SendAsync("http://collector:4318/v1/logs");

        Assert.Equal("The OTLP collector at http://collector:4318/v1/logs takes telemetry again", Told[1]);
        Assert.Equal(2, Told.Count);
    }

    [Fact]
    public async Task Refusal_OverGrpc_StandsBehindTheBody()
    {
        _answer = static _ =>
        {
            var response = new HttpResponseMessage();
            response.TrailingHeaders.Add("grpc-status", "16");
            return Task.FromResult(response);
        };

        await SendAsync("http://collector:4317/Export");

        Assert.Contains("refuses telemetry: gRPC status 16;", Assert.Single(Told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_IsSentBeforeTheGatewayRuns()
    {
        var sent = false;
        _answer = _ =>
        {
            sent = true;
            return Task.FromResult(new HttpResponseMessage());
        };
        using var client = new Collectors().Watch(() => new HttpClient(new Stub(_answer)))();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetAsync("http://collector:4318/v1/logs", TestContext.Current.CancellationToken));

        Assert.False(sent);
    }

    [Fact]
    public async Task End_CutsOffWhatHangsAfterAShortTime()
    {
        var time = new FakeTimeProvider();
        _answer = static async cancelled =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancelled);
            return new HttpResponseMessage();
        };
        var hanging = SendAsync("http://collector:4318/v1/traces");

        var end = _collectors.EndAsync(time);
        time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(hanging.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        await end;
        await hanging;
        _answer = static _ => throw new InvalidOperationException("nothing may be sent any more");
        await SendAsync("http://collector:4318/v1/logs");
        Assert.Empty(Told);
    }

    private IReadOnlyList<string> Told => [.. _logger.Lines];

    // What fails is the exporter's to see; here only what is told of it counts.
    private async Task SendAsync(string address)
    {
        using var client = _collectors.Watch(() => new HttpClient(new Stub(_answer)))();
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        await client.SendAsync(request, TestContext.Current.CancellationToken).ContinueWith(static _ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private sealed class Stub(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(cancellationToken);
    }
}
