using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;
using YarpHealth = Yarp.ReverseProxy.Model.DestinationHealth;

namespace Gateway.Health;

/// <summary>
/// Who is a candidate: those that the TCP probes and, where they are on, YARP's active and passive
/// checks have not found wanting, and as many of the others as the limit on ejection keeps in.
/// </summary>
internal class HealthyAndUnknown(EjectionLimit limit, ProbedHealth probed, UpTimes upTimes) : IAvailableDestinationsPolicy
{
    public virtual string Name => HealthCheckConstants.AvailableDestinations.HealthyAndUnknown;

    public virtual IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations)
    {
        upTimes.Note(allDestinations, destination => IsHealthy(probed, config, destination));
        return limit.FindAvailable(config, allDestinations);
    }

    public static bool IsHealthy(ProbedHealth probed, ClusterConfig config, DestinationState destination) =>
        probed.IsUp(config.ClusterId, destination.DestinationId) && !IsDownToYarp(config, destination);

    /// <summary>Whether YARP's own checks, where they are on, found a destination down.</summary>
    public static bool IsDownToYarp(ClusterConfig config, DestinationState destination) =>
        (config.HealthCheck?.Active?.Enabled is true && destination.Health.Active == YarpHealth.Unhealthy)
        || (config.HealthCheck?.Passive?.Enabled is true && destination.Health.Passive == YarpHealth.Unhealthy);

    /// <summary>Whether any of YARP's own checks is on.</summary>
    public static bool IsCheckedByYarp(ClusterConfig config) => config.HealthCheck is { Active.Enabled: true } or { Passive.Enabled: true };
}

/// <summary>The same, but all of them when none is left: for those who would rather try than refuse.</summary>
internal sealed class HealthyOrPanic(EjectionLimit limit, ProbedHealth probed, UpTimes upTimes) : HealthyAndUnknown(limit, probed, upTimes)
{
    public override string Name => HealthCheckConstants.AvailableDestinations.HealthyOrPanic;

    public override IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations) =>
        base.GetAvailalableDestinations(config, allDestinations) is { Count: > 0 } healthy ? healthy : allDestinations;
}

/// <summary>YARP would panic where nothing is configured: 'no healthy backends' could never be said.</summary>
internal sealed class HealthyByDefault : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) =>
        new(cluster.HealthCheck?.AvailableDestinationsPolicy is not null ? cluster : cluster with
        {
            HealthCheck = (cluster.HealthCheck ?? new()) with { AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown },
        });

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}
