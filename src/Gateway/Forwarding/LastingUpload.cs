using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>A response that began before its request's body was sent: its end is told to the attempt, which goes on for the body alone.</summary>
internal sealed class LastingUpload(HttpContent inner, Attempt attempt) : WrappedContent(inner)
{
    protected override Stream Wrap(Stream body) => new Watched(body, attempt);

    private sealed class Watched(Stream inner, Attempt attempt) : AsyncStream
    {
        public override bool CanRead => true;

        public override bool CanWrite => false;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            if (read == 0 && buffer.Length > 0)
                attempt.OnResponseEnded();
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
