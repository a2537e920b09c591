using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>
/// A response of gRPC, read as it comes: one that goes on behind its first message is a stream, and tells its attempt so.
/// A call that is answered with one message is over with it, and never becomes one.
/// </summary>
internal sealed class GrpcContent(HttpContent inner, Attempt attempt) : WrappedContent(inner)
{
    private const string TextType = "application/grpc-web-text";

    protected override Stream Wrap(Stream body) => new Watched(body, attempt, Inner.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString().AsSpan().TrimStart().StartsWith(TextType, StringComparison.OrdinalIgnoreCase));

    private sealed class Watched(Stream backend, Attempt attempt, bool isText) : AsyncStream
    {
        private FirstGrpcMessage _first = new(isText);
        private bool _known;

        public override bool CanRead => true;

        public override bool CanWrite => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var reading = backend.ReadAsync(buffer, cancellationToken);
            if (_known)
                return reading;
            if (_first.IsWhole && !reading.IsCompleted)
                BecomeStream();
            return FollowAsync(reading, buffer);
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<int> FollowAsync(ValueTask<int> reading, Memory<byte> buffer)
        {
            var read = await reading;
            if (!_known && _first.IsFollowed(buffer.Span[..read]))
                BecomeStream();
            return read;
        }

        private void BecomeStream()
        {
            _known = true;
            attempt.BecomeStream();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                backend.Dispose();
            base.Dispose(disposing);
        }
    }
}
