namespace Gateway.Forwarding;

/// <summary>
/// Sends a request over a connection made for it alone where an earlier attempt found a kept-alive one closed: a
/// backend that closes what is idle closes many at once, and three attempts in a row may each meet another of them.
/// </summary>
/// <param name="kept">Sends all others, over connections that are used again.</param>
/// <param name="unkept">Makes a connection for each request.</param>
internal sealed class NewConnections(HttpMessageHandler kept, Lazy<HttpMessageInvoker> unkept) : DelegatingHandler(kept)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri is UpstreamAddress { Attempt.NeedsNewConnection: true }
            ? unkept.Value.SendAsync(request, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && unkept.IsValueCreated)
            unkept.Value.Dispose();
        base.Dispose(disposing);
    }
}
