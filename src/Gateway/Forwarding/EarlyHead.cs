using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>
/// Lets a response's head go out when it came. It would otherwise wait for the first byte of the body, and a client that
/// waits for the head alone would wait with it: for a call's initial metadata, on a long poll, for lines that are yet to happen.
/// </summary>
internal static class EarlyHead
{
    /// <summary>Sees to it that the head goes out before the body is waited for. Where the body's first bytes, or its end, are there already, all goes out as one.</summary>
    public static void Send(HttpResponseMessage answer, HttpResponse response, CancellationToken cancellationToken)
    {
        // Nothing will be waited for. A call that fails at once (gRPC's trailers-only) has an end, too, that must stay in its head.
        if (response.ContentLength == 0 || answer.Content.ReadAsStreamAsync(cancellationToken) is not { IsCompletedSuccessfully: true, Result: var body })
            return;
        var first = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
        if (first.IsCompletedSuccessfully)
            _ = first.Result;
        else
            answer.Content = new AwaitedContent(answer.Content, new AwaitedBody(body, first, response));
    }

    /// <summary>A body whose first byte is waited for: the head goes out meanwhile.</summary>
    private sealed class AwaitedBody(Stream inner, ValueTask<int> first, HttpResponse response) : AsyncStream
    {
        private bool _begun;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_begun)
                return inner.ReadAsync(buffer, cancellationToken);
            _begun = true;
            return BeginAsync(buffer, cancellationToken);
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<int> BeginAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            // An error of the client's is none of the backend's: whatever is written next will meet it.
            if (!first.IsCompleted)
                await response.Body.FlushAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
            return buffer.Length == 0 ? 0 : await inner.ReadAsync(buffer, cancellationToken);
        }

        public override bool CanRead => true;

        public override bool CanWrite => false;

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class AwaitedContent(HttpContent inner, AwaitedBody body) : WrappedContent(inner)
    {
        protected override Stream Wrap(Stream _) => body;
    }
}
