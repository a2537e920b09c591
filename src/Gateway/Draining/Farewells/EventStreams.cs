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

    private sealed class Followed(HttpContent inner, CancellationToken goingAway) : WrappedContent(inner)
    {
        protected override Stream Wrap(Stream body) => new EventStream(body, goingAway);
    }
}
