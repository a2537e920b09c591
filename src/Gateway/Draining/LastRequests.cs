using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Draining;

/// <summary>
/// Asks the clients' connections to end, each at the moment at which least is lost: with its request's
/// response, or when it has had the time to show that no request is coming. A request that
/// crosses the end of its connection on the way is one that the client has to send again.
/// </summary>
internal sealed class LastRequests(InFlight inFlight, IReadOnlyDictionary<string, OpenConnection> connections, TimeProvider time)
{
    /// <summary>The time in which a connection that was just accepted may bring its first request.</summary>
    public static readonly TimeSpan FirstRequest = TimeSpan.FromSeconds(1);

    /// <summary>The time in which a connection that was in use may bring one more.</summary>
    public static readonly TimeSpan NextRequest = TimeSpan.FromMilliseconds(250);

    private long _began;

    /// <summary>Begins: what is on a request, or comes with one from now on, ends with its response.</summary>
    public void Begin()
    {
        _began = time.GetTimestamp();
        inFlight.OnStarted = exchange => Ask(ConnectionOf(exchange));
        foreach (var exchange in inFlight.List())
            Ask(ConnectionOf(exchange));
    }

    /// <summary>Asks those whose time is over; false while there are others.</summary>
    public bool AskAll()
    {
        var isNext = time.GetElapsedTime(_began) >= NextRequest;
        var all = true;
        foreach (var (_, connection) in connections)
        {
            if (isNext && time.GetElapsedTime(connection.Accepted) >= FirstRequest)
                connection.RequestClose();
            else
                all = false;
        }
        return all;
    }

    private void Ask(string? connection)
    {
        if (connection is not null && connections.TryGetValue(connection, out var open))
            open.RequestClose();
    }

    private static string? ConnectionOf(Exchange exchange)
    {
        try
        {
            return exchange.Context.Features.Get<IHttpConnectionFeature>()?.ConnectionId;
        }
        catch (ObjectDisposedException)
        {
            // It ended while it was listed.
            return null;
        }
    }
}
