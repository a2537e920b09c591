using System.Net;

namespace Gateway.Forwarding;

/// <summary>The content of a response, read through a stream of ours. Its fields are copied before, and its length with them.</summary>
internal abstract class WrappedContent(HttpContent inner) : HttpContent
{
    /// <summary>The content that is wrapped.</summary>
    protected HttpContent Inner => inner;

    /// <summary>Called once, when the body is about to be read.</summary>
    protected abstract Stream Wrap(Stream body);

    protected sealed override async Task<Stream> CreateContentReadStreamAsync() => Wrap(await inner.ReadAsStreamAsync());

    protected sealed override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        Wrap(await inner.ReadAsStreamAsync(cancellationToken));

    protected sealed override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var body = await CreateContentReadStreamAsync();
        await body.CopyToAsync(stream);
    }

    protected sealed override bool TryComputeLength(out long length)
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
