using Gateway.Configuration;
using Gateway.Forwarding.Messages;
using Gateway.Sockets;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Forwarding;

internal static class ForwardingRegistration
{
    /// <summary>YARP as the engine that forwards, over a client of ours. Called before those who put something in the place of YARP's own.</summary>
    public static WebApplicationBuilder AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(RetrySettings.Section);
        builder.Services.AddSettings(TimeoutSettings.Section);
        builder.Services.AddSettings(RouteTimeoutSettings.Section);
        builder.Services.AddAdvisor<RetryAdvisor>();
        builder.Services.AddAdvisor<TimeoutAdvisor>();
        builder.Services.AddSingleton<ISurroundingsAdvisor, AddressAdvisor>();
        builder.Services.AddListener<ClusterForwarding>();
        builder.Services.AddSingleton<ForwardingMetrics>();
        builder.Services.AddSingleton<Retries>();
        builder.Services.AddConnecting();
        builder.Services.AddSingleton<UpstreamClientFactory>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory>(services => services.GetRequiredService<UpstreamClientFactory>());
        builder.Services.AddWitness<UpstreamClientFactory>();
        builder.Services.AddRequestTimeouts();
        builder.Services.AddSingleton<ITransformFactory, RouteValueFieldFactory>();
        builder.Services.AddSingleton<IProxyConfigFilter, FieldEncoding>();
        builder.Services.AddAdvisor<FieldEncoding>();
        // Asked before YARP's own.
        builder.Services.AddSingleton<ITransformFactory, TargetTransforms>();
        builder.Services.AddReverseProxy().AddTransforms<ForwardingTransforms>();
        AllowAnyMethod(builder.Services);
        return builder;
    }

    /// <summary>Behind it a request's target and host are what can be sent, and its path is what goes to the backend.</summary>
    public static void UseReceivedTarget(this WebApplication app) => app.UseMiddleware<ReceivedTarget>();
    // YARP knows eight methods and refuses a route that lists another one, such as PROPFIND. Ours are checked as tokens.
    private static void AllowAnyMethod(IServiceCollection services)
    {
        foreach (var validator in services.Where(service => service.ImplementationType?.Name == "MethodsValidator").ToList())
            services.Remove(validator);
    }

    /// <summary>The way of an admitted request: whose session it is, then attempts until one succeeds or none is left.</summary>
    public static void MapForwarding(this WebApplication app) => app.MapReverseProxy(static proxy =>
    {
        proxy.UseSessionAffinity();
        proxy.UseMiddleware<AttemptsMiddleware>();
        proxy.UsePassiveHealthChecks();
    });
}
