using System.Collections.Concurrent;
using Gateway.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Support;

/// <summary>A probe that finds destinations up until a test says that they are down.</summary>
internal sealed class SwitchedProbe : IConnectProbe
{
    private readonly ConcurrentDictionary<Uri, bool> _down = new();

    /// <summary>Has a gateway ask it in place of its own probe.</summary>
    public void Use(IServiceCollection services) => services.AddSingleton<IConnectProbe>(this);

    public void TakeDown(Uri address) => _down[address] = true;

    public void BringUp(Uri address) => _down[address] = false;

    public Task<string?> TryConnectAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken) =>
        Task.FromResult(_down.GetValueOrDefault(address) ? "as told" : null);
}
