using Gateway.Draining;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.CircuitBreaking;

/// <summary>What a client does that must leave every circuit alone: only what happened on the wire to a backend may count against it.</summary>
public sealed class ClientDeedTests(ClientDeedTests.Before before) : IClassFixture<ClientDeedTests.Before>
{
    public static TheoryData<string, bool> Deeds => new(ClientDeed.All.Keys.SelectMany(name => (IEnumerable<(string, bool)>)[(name, false), (name, true)]));

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task Client_DoesWhatSaysNothingOfTheBackend_LeavesTheCircuitAlone(string name, bool toHttp2)
    {
        var stand = await before.GetAsync(toHttp2);
        var gateway = stand.Gateway;
        var deed = ClientDeed.All[name];
        var (lines, errors) = (gateway.Logs.All.Count, await UpstreamErrorsAsync(gateway));
        stand.Way = deed.Backend;

        for (var i = 0; i < 2; i++)
            await DoAsync(deed, stand);
        await Eventually.EqualAsync(0, () => gateway.Services.GetRequiredService<InFlight>().Count);

        // One failure would have opened it.
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        Assert.Equal(errors, await UpstreamErrorsAsync(gateway));
        // What clients do is no error of the server's.
        Assert.DoesNotContain(gateway.Logs.All.Skip(lines), line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
        stand.Way = ClientDeed.Backends.Serves;
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    private static async Task<double> UpstreamErrorsAsync(GatewayFactory gateway) =>
        (await gateway.ScrapeAsync()).Find("gateway_upstream_errors_total").Sum(sample => sample.Value);

    private static async Task DoAsync(ClientDeed deed, ClientDeedStand stand)
    {
        var arrived = stand.Arrived;
        using var client = await RawClient.ConnectAsync(deed.IsHttp2 ? stand.Gateway.Http2 : stand.Gateway.Traffic);
        await SendAsync(client, deed.Sent);
        await (deed.Until switch
        {
            ClientDeed.Stages.Answered => AnsweredAsync(client, deed),
            ClientDeed.Stages.Arrived => Eventually.TrueAsync(() => stand.Arrived > arrived, "the request is at the backend"),
            ClientDeed.Stages.HeadReceived => client.ReadHeadAsync(),
            _ => Task.CompletedTask,
        });
        if (deed.Then.Length > 0)
        {
            await SendAsync(client, deed.Then);
            if (deed.IsHttp2)
                await AnsweredAsync(client, deed);
        }
        if (deed.Ending == ClientDeed.Endings.Resets)
        {
            client.Reset();
        }
        else if (deed.Ending == ClientDeed.Endings.Stays)
        {
            client.EndSending();
            await client.WaitForCloseAsync();
        }
    }

    // The gateway may have seen enough before it has all.
    private static async Task SendAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
        }
        catch (IOException)
        {
            // It closed.
        }
    }

    // Of HTTP/2, whatever is sent back says that all was read: an answer, a reset, or a ping's echo.
    private static async Task AnsweredAsync(RawClient client, ClientDeed deed)
    {
        try
        {
            if (!deed.IsHttp2)
                await client.ReadHeadAsync();
            else
                await client.WaitForFrameAsync(deed.Then.Length > 0);
        }
        catch (Exception error) when (error is IOException or EndOfStreamException)
        {
            // The connection's end is an answer as well.
        }
    }

    /// <summary>A gateway before a backend, one for each protocol that it speaks to it; made anew where a circuit opened.</summary>
    public sealed class Before : IAsyncLifetime
    {
        private readonly Dictionary<bool, ClientDeedStand> _stands = [];

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        internal async Task<ClientDeedStand> GetAsync(bool toHttp2)
        {
            if (_stands.TryGetValue(toHttp2, out var stand) && stand.Gateway.Circuit().State == CircuitState.Closed)
                return stand;
            if (stand is not null)
                await stand.DisposeAsync();
            return _stands[toHttp2] = await ClientDeedStand.StartAsync(toHttp2);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var stand in _stands.Values)
                await stand.DisposeAsync();
        }
    }
}
