using Gateway.Configuration;
using Gateway.Management;
using Gateway.Management.Status;
using Gateway.Telemetry;

namespace Gateway.Decisions;

internal static class DecisionsRegistration
{
    /// <summary>The record of what the gates saw of requests that they refused.</summary>
    public static WebApplicationBuilder AddDecisions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(DecisionSettings.Section);
        builder.Services.AddSingleton<ClusterSight>();
        builder.Services.AddSingleton(services => new Lazy<ClusterSight>(services.GetRequiredService<ClusterSight>));
        builder.Services.AddListener<DecisionRecord>();
        builder.Services.AddObserver<DecisionRecord>();
        builder.Services.AddStatusPart<LastFailures>();
        builder.Services.AddListener<LastFailures>();
        builder.Services.AddObserver<LastFailures>();
        builder.Services.AddSingleton<DecisionJson>();
        builder.Services.AddStatusPart<RefusalsPart>();
        builder.Services.AddSingleton<IManagementResource, DecisionsResource>();
        return builder;
    }
}
