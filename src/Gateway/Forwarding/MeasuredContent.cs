using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>
/// A body over HTTP/2 whose length was announced: the client takes whatever comes, and one that is shorter or longer makes
/// the response malformed (RFC 9113 §8.1.1).
/// </summary>
internal sealed class MeasuredContent(HttpContent inner, long length) : WrappedContent(inner)
{
    protected override Stream Wrap(Stream body) => new Measured(body, length);

    private sealed class Measured(Stream inner, long length) : AsyncStream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanWrite => false;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _left -= read;
            if (_left < 0 || (read == 0 && buffer.Length > 0 && _left > 0))
                throw new HttpIOException(HttpRequestError.InvalidResponse, "The response's body is not as long as it was announced to be.");
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
