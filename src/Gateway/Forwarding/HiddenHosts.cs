namespace Gateway.Forwarding;

/// <summary>
/// Keeps a <c>Host</c> that the client chose from the HTTP client, where the destination speaks TLS. Stands behind all transforms:
/// YARP's own for <c>Host</c> comes after those of providers.
/// </summary>
internal sealed class HiddenHosts(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is UpstreamAddress { Attempt: { HostIsFixed: false } attempt } address && address.Scheme == Uri.UriSchemeHttps)
            HiddenHost.Hide(request, attempt.Destination.Model.Config.Host);
        return base.SendAsync(request, cancellationToken);
    }
}
