using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>Finds time-outs that can never run out, since a wider one runs out first.</summary>
internal sealed class TimeoutAdvisor : IConfigurationAdvisor
{
    /// <summary>YARP's own, where it is not configured.</summary>
    private static readonly TimeSpan UsualActivity = TimeSpan.FromSeconds(100);

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        var clusters = snapshot.Clusters.ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        var ofClusters = clusters.Values.SelectMany(cluster => Of(cluster, snapshot.Get(TimeoutSettings.Section, cluster.ClusterId)!,
            settings => snapshot.PathOf(cluster.ClusterId, settings)));
        var ofRoutes = RouteTimeoutSettings.Of(snapshot).SelectMany(own => Of(clusters[own.Route.ClusterId!], own.Timeouts,
            settings => PathOf(snapshot, own.Route, settings)));
        return ofClusters.Concat(ofRoutes);
    }

    private static IEnumerable<Advice> Of(ClusterConfig cluster, TimeoutSettings timeouts, Func<string[], string> pathOf)
    {
        var activity = cluster.HttpRequest?.ActivityTimeout ?? UsualActivity;
        foreach (var (name, value) in Inner(timeouts))
        {
            // A WebSocket may be idle for longer than any other request may take.
            if (name != nameof(TimeoutSettings.IdleBody) && value >= timeouts.Request)
            {
                yield return new Advice(pathOf([Path(name), Path(nameof(TimeoutSettings.Request))]),
                    $"{name} of {Quantity.Of(value)} is not less than the {Quantity.Of(timeouts.Request.Value)} that a request may take as a whole (Request), so it never runs out and no other destination is tried after it; less than {Quantity.Of(timeouts.Request.Value)} would fit.");
            }
            if (name != nameof(TimeoutSettings.Connect) && value > activity && activity > TimeSpan.Zero)
            {
                yield return new Advice(pathOf([Path(name)]),
                    $"{name} of {Quantity.Of(value)} is longer than the {Quantity.Of(activity)} of the cluster's HttpRequest:ActivityTimeout, which runs out first; an ActivityTimeout of at least {Quantity.Of(value)} would fit, or at most {Quantity.Of(activity)} here.");
            }
        }
    }

    // The first that the route itself sets, else where the cluster has it from.
    private static string PathOf(Snapshot snapshot, RouteConfig route, string[] settings)
    {
        var place = $"ReverseProxy:Routes:{route.RouteId}";
        return settings.Select(setting => $"{place}:{setting}").FirstOrDefault(snapshot.Has) ?? snapshot.PathOf(route.ClusterId!, settings);
    }

    private static IEnumerable<(string Name, TimeSpan Value)> Inner(TimeoutSettings timeouts)
    {
        yield return (nameof(TimeoutSettings.Connect), timeouts.Connect);
        if (timeouts.ResponseHeaders is { } headers)
            yield return (nameof(TimeoutSettings.ResponseHeaders), headers);
        if (timeouts.IdleBody is { } idle)
            yield return (nameof(TimeoutSettings.IdleBody), idle);
    }

    private static string Path(string name) => $"{TimeoutSettings.Section.Path}:{name}";
}
