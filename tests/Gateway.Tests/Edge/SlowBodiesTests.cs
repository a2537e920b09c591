using System.IO.Pipelines;
using Gateway.Edge;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Edge;

/// <summary>A look is a second in which the client was waited for.</summary>
public sealed class SlowBodiesTests : IDisposable
{
    private const int Rate = 100;
    private readonly DefaultHttpContext _context = Requests.New("POST");
    private readonly Pipe _client = new();
    private readonly SlowBodies _bodies = new(new FakeTimeProvider(), new RecordingLogger<SlowBodies>());
    private readonly RequestBody _body;
    private readonly Task<int> _reading;

    public SlowBodiesTests()
    {
        Save(Rate);
        _body = _context.Exchange().RequestBody = new RequestBody(_client.Reader, awaited: _bodies);
        _reading = ReadAsync();
    }

    public void Dispose() => _bodies.Dispose();

    [Fact]
    public async Task Body_WithoutAByteForAMinute_IsARequestTimeout()
    {
        Look(60);
        Assert.False(_reading.IsCompleted);

        Look(1);

        Assert.Equal(408, (await Assert.ThrowsAsync<BadHttpRequestException>(() => _reading)).StatusCode);
    }

    [Theory]
    [InlineData(Rate, false)]
    [InlineData(Rate - 1, true)]
    public async Task Body_OfSomeRate_EndsWhenThatIsTooSlow(int bytesPerSecond, bool ends)
    {
        for (var second = 0; second < 200 && !_reading.IsCompleted; second++)
        {
            await SendAsync(bytesPerSecond);
            Look(1);
        }

        Assert.Equal(ends, _reading.IsCompleted);
    }

    [Fact]
    public async Task Body_InPieces_MayBeQuietInBetween()
    {
        for (var minute = 0; minute < 5; minute++)
        {
            await SendAsync(60 * Rate);
            Look(60);
        }

        Assert.False(_reading.IsCompleted);
    }

    [Fact]
    public async Task Body_ThatBroughtMuchBefore_IsJudgedByTheLastMinute()
    {
        await SendAsync(1_000_000);
        Look(60);
        Assert.False(_reading.IsCompleted);

        Look(2);

        await Assert.ThrowsAsync<BadHttpRequestException>(() => _reading);
    }

    [Fact]
    public void Body_OfAResponseThatHasBegun_MayBeQuiet()
    {
        _body.IsAnswered = true;

        Look(1000);

        Assert.False(_reading.IsCompleted);
    }

    [Fact]
    public async Task Body_ThatNobodyReads_WaitsForABackendAndNotForTheClient()
    {
        await SendAsync(1);
        await _client.Writer.CompleteAsync();
        await _reading;

        Look(1000);

        Assert.Equal(0, _body.Cuts);
    }

    [Fact]
    public async Task Rate_FollowsASave()
    {
        Save(0);
        Look(1000);
        Assert.False(_reading.IsCompleted);

        Save(1);
        Look(61);

        await Assert.ThrowsAsync<BadHttpRequestException>(() => _reading);
    }

    [Fact]
    public void Request_ThatHasEnded_LeavesItsReaderAlone()
    {
        Look(60);
        _bodies.Ended(_context.Exchange());

        Look(100);

        Assert.False(_reading.IsCompleted);
    }

    [Fact]
    public async Task Request_ThatHasEnded_IsNotListedByALateRead()
    {
        var late = new DefaultHttpContext().WithExchange().Exchange();
        var pipe = new Pipe();
        late.RequestBody = new RequestBody(pipe.Reader, awaited: _bodies);
        _bodies.Ended(late);
        var reading = late.RequestBody.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();

        Look(100);

        Assert.False(reading.IsCompleted);
        await pipe.Writer.CompleteAsync();
        await reading;
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1000000001")]
    [InlineData("few")]
    public void Rate_OutOfRange_IsAFault(string value) => Assert.Equal(["Gateway:Bounds:MinRequestBodyBytesPerSecond"],
        House.Check(new("ReverseProxy:Routes", ""), new("Gateway:Bounds:MinRequestBodyBytesPerSecond", value)).All.Select(fault => fault.Path));

    private void Save(int rate) =>
        _bodies.Apply(House.Read($$"""{ "Gateway": { "Bounds": { "MinRequestBodyBytesPerSecond": {{rate}} } }, "ReverseProxy": { "Routes": {} } }"""));

    private void Look(int seconds)
    {
        for (var second = 0; second < seconds; second++)
            _bodies.Look();
    }

    private async Task SendAsync(int bytes)
    {
        var before = _body.Bytes;
        await _client.Writer.WriteAsync(new byte[bytes], TestContext.Current.CancellationToken);
        while (!_reading.IsCompleted && (_body.Bytes < before + bytes || !_body.IsWaiting))
            await Task.Yield();
    }

    private async Task<int> ReadAsync()
    {
        var buffer = new byte[1 << 16];
        var all = 0;
        while (await _body.ReadAsync(buffer) is var read and > 0)
            all += read;
        return all;
    }
}
