using System.Net;

namespace Gateway.Sockets;

/// <summary>Finds the addresses that a host's name stands for.</summary>
internal interface INameResolver
{
    /// <summary>The addresses of now, in any order.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is none.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Asks the system.</summary>
internal sealed class SystemResolver : INameResolver
{
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(name, cancellationToken);
}
