using Microsoft.AspNetCore.Hosting.Server;

namespace Gateway.Management;

internal static class ManagementRegistration
{
    /// <summary>Health, metrics and status on an endpoint of their own. Called after Kestrel is added, and before whatever is to stop earlier.</summary>
    public static WebApplicationBuilder AddManagement(this WebApplicationBuilder builder)
    {
        var kestrel = builder.Services.Last(service => service.ServiceType == typeof(IServer)).ImplementationType!;
        builder.Services.AddSingleton(new ManagementServerType(kestrel));
        builder.Services.AddSingleton<ManagementServer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ManagementServer>());
        return builder;
    }
}
