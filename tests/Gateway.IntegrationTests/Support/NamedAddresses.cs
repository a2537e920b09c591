using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gateway.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Support;

/// <summary>Names as the test has them, in the place of the system's. Addresses of one name share a port.</summary>
internal sealed class NamedAddresses : INameResolver
{
    public const string Name = "api.test";
    private readonly ConcurrentDictionary<string, IReadOnlyList<IPAddress>> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The loopback addresses 127.0.0.2, 127.0.0.3 and so on.</summary>
    public static IReadOnlyList<IPAddress> Loopbacks(int count)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has more than one loopback address without being told.");
        return [.. Enumerable.Range(2, count).Select(last => new IPAddress([127, 0, 0, (byte)last]))];
    }

    /// <summary>A port that is free on each of them.</summary>
    public static int FreePort(IEnumerable<IPAddress> addresses)
    {
        while (true)
        {
            var port = ListenerPorts.Free();
            if (addresses.All(address => IsFree(new(address, port))))
                return port;
        }
    }

    public void Set(string name, params IReadOnlyList<IPAddress> addresses) => _names[name] = addresses;

    public void Use(IServiceCollection services) => services.AddSingleton<INameResolver>(this);

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellationToken) =>
        _names.TryGetValue(name, out var addresses) ? Task.FromResult(addresses)
        : Task.FromException<IReadOnlyList<IPAddress>>(new SocketException((int)SocketError.HostNotFound));

    private static bool IsFree(IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
