using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Telemetry;

/// <summary>
/// The collectors that telemetry is sent to: tells once that one takes nothing, and once that it
/// does again; and lets go of them when the gateway ends. Thread-safe.
/// </summary>
internal sealed class Collectors
{
    // What is last sent is sent within this time or not at all: the exit waits for no collector.
    private static readonly TimeSpan LastTime = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly List<HttpClient> _clients = [];
    private ILogger _logger = NullLogger.Instance;
    private volatile bool _open;

    /// <summary>Whether anything may be sent.</summary>
    public bool IsOpen => _open;

    /// <summary>Lets telemetry through from now on. Before that nothing is sent: what only reads a configuration has nothing to tell.</summary>
    public void Begin(ILogger logger)
    {
        _logger = logger;
        _open = true;
    }

    /// <summary>Clients that are watched, over those that <paramref name="make"/> makes.</summary>
    public Func<HttpClient> Watch(Func<HttpClient> make) => () =>
    {
        var client = make();
        var watched = new HttpClient(new WatchedClient(client, this)) { Timeout = client.Timeout, MaxResponseContentBufferSize = client.MaxResponseContentBufferSize };
        lock (_lock)
            _clients.Add(watched);
        return watched;
    };

    /// <summary>Lets what is on its way arrive, for a short time; then nothing is sent any more.</summary>
    public async Task EndAsync(TimeProvider time)
    {
        await Task.Delay(LastTime, time, CancellationToken.None);
        _open = false;
        HttpClient[] clients;
        lock (_lock)
            clients = [.. _clients];
        foreach (var client in clients)
            Cancel(client);
    }

    private static void Cancel(HttpClient client)
    {
        try
        {
            client.CancelPendingRequests();
        }
        catch (ObjectDisposedException)
        {
            // Whoever it sent for is at its end already.
        }
    }

    /// <summary>A collector took what was sent.</summary>
    public void Took(Uri address)
    {
        lock (_lock)
        {
            if (_told.Count == 0 || !(_told.Remove(address.Authority) | _told.Remove(Place(address))))
                return;
        }
        OtlpLog.Reached(_logger, Place(address));
    }

    /// <summary>A collector refused what was sent, or could not be reached where <paramref name="refusal"/> is null.</summary>
    /// <remarks>Of one that cannot be reached all signals would tell; one that refuses may refuse one of them only.</remarks>
    public void Failed(Uri address, string? refusal, Exception? error = null)
    {
        if (!_open)
            return;
        lock (_lock)
        {
            if (!_told.Add(refusal is null ? address.Authority : Place(address)))
                return;
        }
        if (refusal is null)
            OtlpLog.Unreachable(_logger, Place(address), error?.GetBaseException().Message ?? "");
        else
            OtlpLog.Refused(_logger, Place(address), refusal);
    }

    // Neither a user's name nor a query: keys to the collector may stand in both.
    private static string Place(Uri address) => $"{address.Scheme}://{address.Authority}{address.AbsolutePath}";
}
