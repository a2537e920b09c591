using System.Collections.Concurrent;
using System.Net;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>
/// Clients that ask without a pause until they are told to stop: half of them over a connection that they keep,
/// half over a new one for each request. What a client may send again by itself (RFC 9112, section 9.5) it does.
/// </summary>
internal sealed class ConstantLoad
{
    private readonly Uri _address;
    private readonly Task[] _clients;
    private readonly ConcurrentQueue<string> _failures = new();
    private volatile bool _over;
    private int _answered;

    private ConstantLoad(Uri address, int clients) =>
        (_address, _clients) = (address, [.. Enumerable.Range(0, clients).Select(number => Task.Run(() => AskAsync(keepsConnection: number % 2 == 0)))]);

    /// <summary>Requests that were answered with 200 so far.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>What became of all the others.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    public static ConstantLoad Start(Uri address, int clients) => new(address, clients);

    /// <summary>Waits for so many more answers.</summary>
    public Task AdvanceAsync(int answers)
    {
        var goal = Answered + answers;
        return Wait.UntilAsync(() => Answered >= goal, $"{answers} more answers");
    }

    public async Task StopAsync()
    {
        _over = true;
        await Task.WhenAll(_clients).Soon();
    }

    private async Task AskAsync(bool keepsConnection)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Wait.Patience };
        while (!_over)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _address);
            request.Headers.ConnectionClose = !keepsConnection;
            try
            {
                using var response = await client.SendAsync(request);
                if (response.StatusCode == HttpStatusCode.OK)
                    Interlocked.Increment(ref _answered);
                else
                    _failures.Enqueue($"{(int)response.StatusCode}");
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                _failures.Enqueue($"{(keepsConnection ? "kept" : "new")}: {error.Message} {error.InnerException?.Message} {error.InnerException?.InnerException?.Message}");
            }
        }
    }
}
