using Backend;
using Gateway.IntegrationTests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>gRPC through the gateway, all its ways of streaming.</summary>
public sealed class GrpcTests(GrpcTests.Called called) : IClassFixture<GrpcTests.Called>
{
    [Fact]
    public async Task Unary_Call_IsAnswered() =>
        Assert.Equal("hi", (await called.Client.UnaryAsync(new EchoRequest { Message = "hi" }, cancellationToken: Bounds.Token)).Message);

    [Fact]
    public async Task ServerStream_ManyReplies_ComeInOrder()
    {
        using var call = called.Client.ServerStream(new EchoRequest { Message = "hi", Count = 500 }, cancellationToken: Bounds.Token);

        var indices = new List<int>();
        while (await call.ResponseStream.MoveNext(Bounds.Token))
            indices.Add(call.ResponseStream.Current.Index);

        Assert.Equal(Enumerable.Range(0, 500), indices);
    }

    [Fact]
    public async Task Bidi_EachRequest_IsAnsweredBeforeTheNextIsSent()
    {
        using var call = called.Client.Bidi(cancellationToken: Bounds.Token);

        for (var i = 0; i < 20; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Message = $"{i}" }, Bounds.Token);
            Assert.True(await call.ResponseStream.MoveNext(Bounds.Token));
            Assert.Equal($"{i}", call.ResponseStream.Current.Message);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext(Bounds.Token));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Unavailable)]
    public async Task Status_OfTheBackend_ReachesTheClient(StatusCode status)
    {
        var failed = await Assert.ThrowsAsync<RpcException>(async () =>
            await called.Client.UnaryAsync(new EchoRequest { Status = (int)status }, cancellationToken: Bounds.Token));

        Assert.Equal(status, failed.StatusCode);
        Assert.EndsWith("fails as told", failed.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_CancelledByTheClient_EndsAtTheBackendAndGivesItsStreamBack()
    {
        using var leaving = new CancellationTokenSource();
        using var call = called.Client.Bidi(cancellationToken: leaving.Token);
        await call.RequestStream.WriteAsync(new EchoRequest { Message = "hi" }, Bounds.Token);
        Assert.True(await call.ResponseStream.MoveNext(Bounds.Token));
        await Eventually.EqualAsync((0, 1), () => (called.Gateway.PermitsInUse(), called.Gateway.StreamsInUse()));

        await leaving.CancelAsync();

        await Eventually.EqualAsync((0, 0), () => (called.Gateway.PermitsInUse(), called.Gateway.StreamsInUse()));
        await Eventually.EqualAsync(0, () => called.Backend.InFlight);
    }

    [Fact]
    public async Task Stream_ThatGoesOnAfterItsFirstMessage_GivesItsPermitBack()
    {
        using var leaving = new CancellationTokenSource();
        using var call = called.Client.Bidi(cancellationToken: leaving.Token);
        await call.RequestStream.WriteAsync(new EchoRequest { Message = "hi", DelayMs = 0 }, Bounds.Token);
        Assert.True(await call.ResponseStream.MoveNext(Bounds.Token));

        await Eventually.EqualAsync((0, 1), () => (called.Gateway.PermitsInUse(), called.Gateway.StreamsInUse()));

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Bounds.Token));
        await Eventually.EqualAsync((0, 0), () => (called.Gateway.PermitsInUse(), called.Gateway.StreamsInUse()));
    }

    [Fact]
    public async Task Stream_BeforeItsFirstMessage_KeepsItsPermit()
    {
        using var leaving = new CancellationTokenSource();
        using var call = called.Client.ServerStream(new EchoRequest { Message = "hi", Count = 2, DelayMs = 600_000 }, cancellationToken: leaving.Token);
        await Eventually.EqualAsync(1, () => called.Backend.InFlight);

        Assert.Equal((1, 0), (called.Gateway.PermitsInUse(), called.Gateway.StreamsInUse()));

        await leaving.CancelAsync();
        await Eventually.EqualAsync((0, 0), () => (called.Gateway.PermitsInUse(), called.Gateway.StreamsInUse()));
        await Eventually.EqualAsync(0, () => called.Backend.InFlight);
    }

    /// <summary>A backend and a gateway that speak HTTP/2 without TLS.</summary>
    public sealed class Called : IAsyncLifetime
    {
        private GrpcChannel _channel = null!;

        internal GatewayFactory Gateway { get; private set; } = null!;

        internal BackendServer Backend { get; private set; } = null!;

        internal Echo.EchoClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Backend = await BackendServer.StartAsync(new() { GrpcPort = 0 }, Bounds.Token);
            Gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{Backend.GrpcPort}/")).OverHttp2().WithHttp2());
            _channel = GrpcChannel.ForAddress(Gateway.Http2);
            Client = new Echo.EchoClient(_channel);
        }

        public async ValueTask DisposeAsync()
        {
            _channel.Dispose();
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
