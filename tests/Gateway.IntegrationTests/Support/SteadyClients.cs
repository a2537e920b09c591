namespace Gateway.IntegrationTests.Support;

/// <summary>Clients that ask without a pause, each over one connection that it never opens anew.</summary>
internal sealed class SteadyClients
{
    private readonly Task<int>[] _clients;
    private volatile bool _over;
    private int _answered;

    private SteadyClients(Uri address, int count, Func<int, string> path) =>
        _clients = [.. Enumerable.Range(0, count).Select(number => Task.Run(() => AskAsync(address, path(number))))];

    /// <summary>Requests that were answered with 200 so far.</summary>
    public int Answered => Volatile.Read(ref _answered);

    public static SteadyClients Start(Uri address, int count, Func<int, string> path) => new(address, count, path);

    /// <summary>Ends them after the request they are at; throws where one failed.</summary>
    public async Task EndAsync()
    {
        _over = true;
        await Task.WhenAll(_clients).WithinPatience();
    }

    /// <summary>Waits until every one of them that goes on was answered once more, on average; fails at once where one failed.</summary>
    public Task AdvanceAsync()
    {
        var goal = Answered + _clients.Length;
        return Eventually.TrueAsync(() => Answered >= goal || _clients.Any(client => client.IsFaulted), "the clients go on");
    }

    private async Task<int> AskAsync(Uri address, string path)
    {
        using var client = await RawClient.ConnectAsync(address);
        var asked = 0;
        for (; !_over; asked++)
        {
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            var response = await client.ReadResponseAsync();
            Assert.Equal((200, "ok"), (response.Status, response.Text));
            Interlocked.Increment(ref _answered);
        }
        return asked;
    }
}
