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
        var watched = new HttpClient(new Watched(client, this)) { Timeout = client.Timeout, MaxResponseContentBufferSize = client.MaxResponseContentBufferSize };
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

    private void Took(Uri address)
    {
        lock (_lock)
        {
            if (_told.Count == 0 || !(_told.Remove(address.Authority) | _told.Remove(Place(address))))
                return;
        }
        OtlpLog.Reached(_logger, Place(address));
    }

    // Of one that cannot be reached all signals would tell; one that refuses may refuse one of them only.
    private void Failed(Uri address, string? refusal, Exception? error = null)
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

    private static string? RefusalOf(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            return $"status {(int)response.StatusCode}";
        return (Status(response.TrailingHeaders) ?? Status(response.Headers)) is { } status and not "0" ? $"gRPC status {status}" : null;

        static string? Status(System.Net.Http.Headers.HttpResponseHeaders headers) =>
            headers.TryGetValues("grpc-status", out var values) ? values.FirstOrDefault() : null;
    }

    /// <summary>Sends by a client of the SDK's making, which knows its certificates and time-outs.</summary>
    private sealed class Watched(HttpClient client, Collectors collectors) : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(!collectors._open, collectors);
            try
            {
                return Judge(client.Send(Copy(request), HttpCompletionOption.ResponseHeadersRead, cancellationToken), request.RequestUri!);
            }
            catch (Exception error)
            {
                collectors.Failed(request.RequestUri!, refusal: null, error);
                throw;
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(!collectors._open, collectors);
            try
            {
                // Whole, since gRPC's verdict comes behind the body.
                return Judge(await client.SendAsync(Copy(request), HttpCompletionOption.ResponseContentRead, cancellationToken), request.RequestUri!);
            }
            catch (Exception error)
            {
                collectors.Failed(request.RequestUri!, refusal: null, error);
                throw;
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                client.Dispose();
            base.Dispose(disposing);
        }

        private HttpResponseMessage Judge(HttpResponseMessage response, Uri address)
        {
            if (RefusalOf(response) is { } refusal)
                collectors.Failed(address, refusal);
            else
                collectors.Took(address);
            return response;
        }

        // A message can be sent by one client only.
        private static HttpRequestMessage Copy(HttpRequestMessage request)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri)
            {
                Content = request.Content,
                Version = request.Version,
                VersionPolicy = request.VersionPolicy,
            };
            foreach (var (name, values) in request.Headers.NonValidated)
                copy.Headers.TryAddWithoutValidation(name, values);
            return copy;
        }
    }
}
