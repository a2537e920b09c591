using Backend;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>The gateway as a process in front of one backend that the test has in its hands.</summary>
internal sealed class GatewayWithBackend : IAsyncDisposable
{
    private GatewayWithBackend(BackendServer backend, GatewayProcess gateway) => (Backend, Gateway) = (backend, gateway);

    public BackendServer Backend { get; }

    public GatewayProcess Gateway { get; }

    /// <param name="gateway">What stands in the configuration's section <c>Gateway</c>.</param>
    /// <param name="protocols">What the traffic endpoint speaks.</param>
    public static async Task<GatewayWithBackend> StartAsync(string gateway = "", string protocols = "Http1")
    {
        var backend = await BackendServer.StartAsync(new BackendOptions { Name = "backend" });
        try
        {
            return new(backend, await GatewayProcess.StartAsync(GatewayConfig.For(backend.Port, gateway, protocols)));
        }
        catch
        {
            await backend.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until so many requests are at the backend.</summary>
    public Task ReachesBackendAsync(int requests) => Wait.UntilAsync(() => Backend.InFlight == requests, $"{requests} requests at the backend");

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
    }
}
