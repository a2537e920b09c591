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
        if (request.Content is not { } content || request.RequestUri is not UpstreamAddress { Attempt: { RequestBody: not null } attempt })
            return base.SendAsync(request, cancellationToken);
        var flushed = new FlushedContent(content, attempt, cancellationToken);
        request.Content = flushed;
        return flushed.Sending = base.SendAsync(request, cancellationToken);
    }

    private sealed class FlushedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly Attempt _attempt;
        private readonly CancellationToken _given;
        private readonly int _round;
        private volatile Task<HttpResponseMessage>? _sending;

        public FlushedContent(HttpContent inner, Attempt attempt, CancellationToken given)
        {
            (_inner, _attempt, _given, _round) = (inner, attempt, given, attempt.Kept?.Round ?? 0);
            foreach (var (name, values) in inner.Headers.NonValidated)
                Headers.TryAddWithoutValidation(name, values);
        }

        /// <summary>The sending of the whole request.</summary>
        public Task<HttpResponseMessage> Sending
        {
            get => _sending!;
            set => _sending = value;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // The client may begin with the body long after the attempt was given up, such as one that waited for 100 (Continue).
            if (_attempt.Kept is { } kept && !kept.TryEnter(_round))
                throw new OperationCanceledException("The attempt is over.");
            try
            {
                _attempt.RequestBody!.Destination = stream;
                await CopyAsync(stream, context, cancellationToken);
                // A copy that the destination broke off ends without a word.
                if (!cancellationToken.IsCancellationRequested)
                    _attempt.OnBodySent();
            }
            finally
            {
                if (cancellationToken.IsCancellationRequested && cancellationToken != _given)
                    await ReasonIsToldAsync();
                _attempt.Kept?.Leave();
            }
        }

        private async Task CopyAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            try
            {
                await _inner.CopyToAsync(stream, context, cancellationToken);
            }
            catch (Exception) when (_attempt.UploadRefused && Headers.ContentLength is null && !cancellationToken.IsCancellationRequested)
            {
                // What was refused may break off as it will: the answer to it stands. A length that is not kept ends the connection.
            }
        }

        // A token of the client's own: over HTTP/2 the destination takes no more of the body. If the end of the body were heard
        // before, the client would not say what the destination said: an answer, or that it did nothing with the request.
        private async Task ReasonIsToldAsync()
        {
            while (_sending is null)
                await Task.Yield();
            await ((Task)_sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
