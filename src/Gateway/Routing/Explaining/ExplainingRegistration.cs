namespace Gateway.Routing;

internal static class ExplainingRegistration
{
    /// <summary>What follows one request to explain it; a gateway that serves has none of it.</summary>
    public static IServiceCollection AddExplaining(this IServiceCollection services) => services
        .AddSingleton<RouteMatcher>()
        .AddSingleton<RouteConditions>()
        .AddSingleton<PassedOverRoutes>()
        .AddSingleton<ClusterExplainer>()
        .AddSingleton<TransformSteps>()
        .AddSingleton<Explainer>()
        .AddSingleton<IMatchWitness>(provider => provider.GetRequiredService<Explainer>());
}
