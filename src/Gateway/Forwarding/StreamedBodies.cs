using System.Net;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>
/// Sends what came of a request's body on its way before waiting for more of it. The HTTP client
/// would gather 4 KiB first, and a client that waits for an answer to a smaller piece would wait for ever.
/// </summary>
internal sealed class StreamedBodies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && request.RequestUri is UpstreamAddress { Attempt.RequestBody: { } body })
            request.Content = new FlushedContent(content, body);
        return base.SendAsync(request, cancellationToken);
    }

    private sealed class FlushedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly RequestBody _body;

        public FlushedContent(HttpContent inner, RequestBody body)
        {
            (_inner, _body) = (inner, body);
            foreach (var (name, values) in inner.Headers.NonValidated)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _body.Destination = stream;
            return _inner.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
