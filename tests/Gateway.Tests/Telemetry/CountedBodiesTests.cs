using System.IO.Pipelines;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Telemetry;

public sealed class CountedBodiesTests
{
    [Fact]
    public async Task RequestBody_Read_CountsWhatCame()
    {
        var body = new RequestBody(PipeReader.Create(new MemoryStream(new byte[1000])));
        Assert.False(body.ReadingBegan);

        await body.CopyToAsync(Stream.Null, 64, TestContext.Current.CancellationToken);

        Assert.True(body.ReadingBegan);
        Assert.Equal(1000, body.Bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task RequestBody_ReadGivenUp_IsReadOnByTheNext(int buffer)
    {
        var client = new Pipe();
        var body = new RequestBody(client.Reader);
        using var leaving = new CancellationTokenSource();
        var reading = body.ReadAsync(new byte[buffer], leaving.Token);
        Assert.True(body.IsWaiting);

        await leaving.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await reading);
        await client.Writer.WriteAsync("abc"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.False(body.IsWaiting);
        Assert.Equal(0, await body.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
        Assert.Equal(2, await body.ReadAsync(new byte[2], TestContext.Current.CancellationToken));
        Assert.Equal(1, await body.ReadAsync(new byte[2], TestContext.Current.CancellationToken));
        Assert.Equal(3, body.Bytes);
    }

    [Fact]
    public async Task RequestBody_GivenUpAsItsReadEnds_IsReadOnByTheNext()
    {
        var client = new Pipe();
        var body = new RequestBody(client.Reader);
        // What a wait that was given up too late leaves behind.
        client.Reader.CancelPendingRead();
        await client.Writer.WriteAsync("abc"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(3, await body.ReadAsync(new byte[10], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void RequestBody_ReadWithoutAwaiting_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => new RequestBody(PipeReader.Create(Stream.Null)).Read(new byte[1], 0, 1));

    [Fact]
    public async Task ResponseBody_WrittenInEveryWay_CountsWhatWent()
    {
        var inner = new MemoryStream();
        var body = new ResponseBody(new StreamResponseBodyFeature(inner));
        var token = TestContext.Current.CancellationToken;

        await body.Stream.WriteAsync(new byte[10].AsMemory(), token);
        await body.Stream.WriteAsync(new byte[20].AsMemory(), token);
        await body.Writer.WriteAsync(new byte[300], token);
        await body.Writer.FlushAsync(token);

        Assert.Equal(330, body.Bytes);
        Assert.Equal(330, inner.Length);
    }

    [Fact]
    public async Task ResponseBody_OfAFile_CountsIt()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[100], TestContext.Current.CancellationToken);
        var inner = new MemoryStream();
        var body = new ResponseBody(new StreamResponseBodyFeature(inner));

        await body.SendFileAsync(file, 10, 50, TestContext.Current.CancellationToken);
        File.Delete(file);

        Assert.Equal((50, 50), (body.Bytes, inner.Length));
    }
}
