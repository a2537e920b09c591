using System.Net;
using Gateway.Forwarding;

namespace Gateway.Draining.Farewells;

/// <summary>Lets responses of server-sent events end when the gateway goes away.</summary>
internal sealed class EventStreams(DrainState state) : IEventStreams
{
    public HttpContent Follow(HttpContent content) => CanEnd(content) ? new Followed(content, state.GoingAway.Token) : content;

    // What is compressed does not show where an event ends, and a length that was told must be kept.
    private static bool CanEnd(HttpContent content)
    {
        var headers = content.Headers.NonValidated;
        return !headers.Contains("Content-Length")
            && (!headers.TryGetValues("Content-Encoding", out var encoding) || encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase));
    }

    private sealed class Followed(HttpContent inner, CancellationToken goingAway) : HttpContent
    {
        protected override async Task<Stream> CreateContentReadStreamAsync() => new EventStream(await inner.ReadAsStreamAsync(), goingAway);

        protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
            new EventStream(await inner.ReadAsStreamAsync(cancellationToken), goingAway);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using var events = await CreateContentReadStreamAsync();
            await events.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
