using Grpc.Core;

namespace Backend;

/// <summary>The gRPC echo of echo.proto.</summary>
internal sealed class EchoService(BackendState state) : Echo.EchoBase
{
    public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) =>
        ReplyAsync(request, index: 0, context);

    public override async Task ServerStream(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        CheckRange(nameof(request.Count), request.Count, Endpoints.MaxEvents);
        for (var i = 0; i < request.Count; i++)
            await responseStream.WriteAsync(await ReplyAsync(request, i, context), context.CancellationToken);
    }

    public override async Task Bidi(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        for (var i = 0; await requestStream.MoveNext(context.CancellationToken); i++)
            await responseStream.WriteAsync(await ReplyAsync(requestStream.Current, i, context), context.CancellationToken);
    }

    private async Task<EchoReply> ReplyAsync(EchoRequest request, int index, ServerCallContext context)
    {
        CheckRange(nameof(request.DelayMs), request.DelayMs, Endpoints.MaxMilliseconds);
        CheckRange(nameof(request.Status), request.Status, (int)StatusCode.Unauthenticated);
        if (request.DelayMs > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(request.DelayMs), state.Time, context.CancellationToken);
        if (request.Status != 0)
            throw new RpcException(new Status((StatusCode)request.Status, $"{state.Name} fails as told"));
        return new EchoReply { Message = request.Message, Backend = state.Name, Index = index };
    }

    private static void CheckRange(string name, int value, int max)
    {
        if (value < 0 || value > max)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"{name} takes a number from 0 to {max}"));
    }
}
