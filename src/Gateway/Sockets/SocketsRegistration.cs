using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Sockets;

internal static class SocketsRegistration
{
    /// <summary>Connecting by name, for each user of it apart: probes take no turn away from traffic.</summary>
    public static IServiceCollection AddConnecting(this IServiceCollection services)
    {
        services.TryAddSingleton<INameResolver, SystemResolver>();
        services.TryAddTransient<Connector>();
        return services;
    }
}
