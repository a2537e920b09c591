using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Gateway.Draining;

/// <summary>A connection of a client.</summary>
/// <param name="Context">Kestrel's account of it.</param>
/// <param name="Accepted">When it was accepted, as a timestamp of <see cref="TimeProvider"/>.</param>
internal sealed record OpenConnection(ConnectionContext Context, long Accepted)
{
    /// <summary>Asks it to end: at once when it is idle, else after the requests it is in. Asking again does no harm.</summary>
    public void RequestClose() => Context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}
