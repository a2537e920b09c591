using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Telemetry;

/// <summary>Ends an HTTP/1.1 request that has a body together with its connection, at once.</summary>
/// <remarks>
/// The server hears of an abort a little later. Until then it goes on with what it has read of the connection, and takes
/// the rest of the body for the next request. One that is asked to close takes none (RFC 9112 §9.6).
/// </remarks>
internal sealed class ClosingLifetime(IHttpRequestLifetimeFeature inner, IConnectionLifetimeNotificationFeature connection) : IHttpRequestLifetimeFeature
{
    public CancellationToken RequestAborted
    {
        get => inner.RequestAborted;
        set => inner.RequestAborted = value;
    }

    public void Abort()
    {
        connection.RequestClose();
        inner.Abort();
    }
}
