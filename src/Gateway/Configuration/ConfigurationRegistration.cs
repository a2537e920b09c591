using Gateway.Configuration.Schema;
using Gateway.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

internal static class ConfigurationRegistration
{
    /// <summary>
    /// Reads the layers, so that what builds the gateway can see them, and keeps the last good
    /// configuration in force from then on.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">A layer is missing or is not JSON.</exception>
    public static PublishedConfiguration ReadConfiguration(this WebApplicationBuilder builder, ConfigurationLayers layers, params IConfigurationRule[] hostRules)
    {
        var faults = new FaultList();
        if (layers.Combine(layers.ReadText(), faults) is not { } configuration)
            throw new InvalidConfigurationException(faults);
        var published = new PublishedConfiguration();
        foreach (var rule in hostRules)
            rule.Check(configuration, faults);
        // The host is built from these sections and fails at the first thing that is wrong. It is built without
        // them then, and ApplyConfiguration tells their faults together with all others.
        if (!faults.Any)
            published.Publish(configuration.AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase));
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        ((IConfigurationBuilder)builder.Configuration).Add(published);
        foreach (var rule in hostRules)
            builder.Services.AddSingleton(rule);
        AddServices(builder, layers, published);
        return published;
    }

    /// <summary>Checks the configuration as a whole and puts it in force, before anything listens.</summary>
    /// <exception cref="InvalidConfigurationException">It has faults; all of them are told.</exception>
    public static void ApplyConfiguration(this WebApplication app)
    {
        app.Services.GetRequiredService<ConfigurationStore>().LoadFirst();
        // Instruments exist from now on, so that a first scrape shows every one of them.
        _ = app.Services.GetServices<IInstruments>().ToList();
    }

    private static void AddServices(WebApplicationBuilder builder, ConfigurationLayers layers, PublishedConfiguration published)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(layers);
        builder.Services.AddSingleton(published);
        builder.Services.AddSingleton<ConfigurationMetrics>();
        builder.Services.AddSingleton<Receipts>();
        builder.Services.AddSingleton<ReloadRecord>();
        builder.Services.AddReading();
        builder.Services.AddSingleton<ConfigurationAdvice>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ConfigurationAdvice>());
        builder.Services.AddSingleton<ConfigurationStore>();
        builder.Services.AddSingleton<IProxyConfigProvider>(services => services.GetRequiredService<ConfigurationStore>());
        builder.Services.AddSingleton<IConfigChangeListener>(services => services.GetRequiredService<ConfigurationStore>());
        builder.Services.AddSingleton<RereadRequest>();
        builder.Services.AddHostedService<ConfigurationWatcher>();
    }

    /// <summary>What reads and describes a configuration, whatever there is to read.</summary>
    public static IServiceCollection AddReading(this IServiceCollection services) => services
        .AddSingleton<PolicyNames>()
        .AddSingleton<ReferenceRule>()
        .AddSingleton<MatchRule>()
        .AddSingleton<TransformRule>()
        .AddSingleton<YarpRule>()
        .AddSingleton<SnapshotReader>()
        .AddSingleton<ConfigurationSchema>()
        .AddAdvisor<ClusterAdvisor>()
        .AddAdvisor<ClusterValueAdvisor>()
        .AddAdvisor<MatchAdvisor>()
        .AddAdvisor<TransformAdvisor>()
        .AddAdvisor<SectionNameAdvisor>()
        .AddAdvisor<MergedListAdvisor>();

    /// <summary>Declares a gate's settings, so that their keys are known and read.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services, SettingsSection section) => services.AddSingleton(section);

    /// <summary>Registers who knows what contradicts what among a gate's settings.</summary>
    public static IServiceCollection AddAdvisor<T>(this IServiceCollection services) where T : class, IConfigurationAdvisor =>
        services.AddSingleton<IConfigurationAdvisor, T>();

    /// <summary>Describes a section that others read.</summary>
    public static IServiceCollection AddOpenSection<TShape>(this IServiceCollection services, string key) =>
        services.AddSingleton(new OpenSection(key, typeof(TShape)));

    /// <summary>Registers a gate's live state as a follower of the configuration.</summary>
    public static IServiceCollection AddListener<T>(this IServiceCollection services) where T : class, IConfigurationListener
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton<IConfigurationListener>(provider => provider.GetRequiredService<T>());
    }

    /// <summary>Registers who can tell what a reload meant for live state; the type itself is registered already.</summary>
    public static IServiceCollection AddWitness<T>(this IServiceCollection services) where T : class, IReloadWitness =>
        services.AddSingleton<IReloadWitness>(provider => provider.GetRequiredService<T>());
}
