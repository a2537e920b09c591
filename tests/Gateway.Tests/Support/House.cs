using System.Text;
using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.Decisions;
using Gateway.Draining;
using Gateway.Edge;
using Gateway.Forwarding;
using Gateway.Health;
using Gateway.LoadBalancing;
using Gateway.Management;
using Gateway.Pooling;
using Gateway.RateLimiting;
using Gateway.Routing;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Support;

/// <summary>Every gate registered as Program does it, without a file and without a server that listens.</summary>
internal static class House
{
    private static readonly Lazy<IServiceProvider> Shared = new(() => Build().Services);

    public static WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.AddTelemetry();
        builder.AddEdge(new PublishedConfiguration());
        builder.AddManagement();
        builder.AddDraining();
        builder.AddRouteMatching();
        builder.AddRateLimiting();
        builder.AddForwarding();
        builder.AddHealthChecking();
        builder.AddLoadBalancing();
        builder.AddCircuitBreaking();
        builder.AddPooling();
        builder.AddDecisions();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ConfigurationMetrics>();
        builder.Services.AddReading();
        builder.Services.AddSingleton<IConfigurationRule, LogLevelRule>();
        builder.Services.AddSingleton<IConfigurationRule>(new ListenerRule(new ConfigurationLayers("/nowhere/appsettings.json", "Tests", [])));
        builder.Services.AddSingleton<IProxyConfigProvider>(new InMemoryConfigProvider([], []));
        return builder.Build();
    }

    /// <summary>Reads a configuration that has no fault.</summary>
    public static Snapshot Read(string json, long version = 1)
    {
        var snapshot = Read(json, out var faults, version);
        Assert.Empty(faults.All);
        return snapshot!;
    }

    public static Snapshot? Read(string json, out FaultList faults, long version = 1)
    {
        faults = new FaultList();
        return Shared.Value.GetRequiredService<SnapshotReader>().Read(Parse(json), version, faults);
    }

    /// <summary>What every gate's advisor says of a configuration that has no fault.</summary>
    public static IReadOnlyList<Advice> Advise(string json) => Advise(Read(json));

    public static IReadOnlyList<Advice> Advise(Snapshot snapshot) =>
        [.. Shared.Value.GetServices<IConfigurationAdvisor>().SelectMany(advisor => advisor.Advise(snapshot)).Distinct()];

    /// <summary>The faults of a configuration of these keys and values.</summary>
    public static FaultList Check(params IEnumerable<KeyValuePair<string, string?>> keys)
    {
        var faults = new FaultList();
        Shared.Value.GetRequiredService<SnapshotReader>().Read(new ConfigurationBuilder().AddInMemoryCollection(keys).Build(), 1, faults);
        return faults;
    }

    public static T Get<T>() where T : notnull => Shared.Value.GetRequiredService<T>();

    public static IConfigurationRoot Parse(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    /// <summary>A configuration of one cluster with these destinations.</summary>
    public static Snapshot OfCluster(string cluster, string settings, params string[] destinations) => Read($$"""
        { "ReverseProxy": { "Routes": {}, "Clusters": { "{{cluster}}": { {{(settings.Length > 0 ? settings + "," : "")}} "Destinations": {
            {{string.Join(", ", destinations.Select((id, i) => $$""" "{{id}}": { "Address": "http://127.0.0.1:{{9001 + i}}/" } """))}} } } } } }
        """);
}
