using System.Net;

namespace Gateway.Forwarding;

/// <summary>
/// Sends what came of a request's body on its way before waiting for more of it. The HTTP client
/// would gather 4 KiB first, and a client that waits for an answer to a smaller piece would wait for ever.
/// </summary>
internal sealed class StreamedBodies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && request.RequestUri is UpstreamAddress { Attempt: { RequestBody: not null } attempt })
            request.Content = new FlushedContent(content, attempt);
        return base.SendAsync(request, cancellationToken);
    }

    private sealed class FlushedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly Attempt _attempt;
        private readonly int _round;

        public FlushedContent(HttpContent inner, Attempt attempt)
        {
            (_inner, _attempt, _round) = (inner, attempt, attempt.Kept?.Round ?? 0);
            foreach (var (name, values) in inner.Headers.NonValidated)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (_attempt is { Kept: not null } or { Clock: not null })
                return CopyAsync(stream, context, cancellationToken);
            _attempt.RequestBody!.Destination = stream;
            return _inner.CopyToAsync(stream, context, cancellationToken);
        }

        private async Task CopyAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // The client may begin with the body long after the attempt was given up, such as one that waited for 100 (Continue).
            if (_attempt.Kept is { } kept && !kept.TryEnter(_round))
                throw new OperationCanceledException("The attempt is over.");
            try
            {
                _attempt.RequestBody!.Destination = stream;
                await _inner.CopyToAsync(stream, context, cancellationToken);
                _attempt.Clock?.OnBodySent();
            }
            finally
            {
                _attempt.Kept?.Leave();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
