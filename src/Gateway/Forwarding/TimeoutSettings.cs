using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>How long to wait for a destination.</summary>
public sealed record TimeoutSettings
{
    internal const string Shortest = "00:00:00.010";
    internal const string Longest = "1.00:00:00";

    public static readonly SettingsSection<TimeoutSettings> Section = new(SettingsScope.Cluster, "Timeouts", new());

    /// <summary>The time for a connection to a destination to be established, TLS included, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time from a whole request being sent to its response's headers, for each attempt, 10 ms to 24 h.
    /// HttpRequest:ActivityTimeout, 100 s unless configured, bounds it besides.
    /// </summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan? ResponseHeaders { get; init; }

    /// <summary>
    /// The time in which no byte of a body that is being sent or received moves, those of WebSockets included, 10 ms to 24 h.
    /// HttpRequest:ActivityTimeout, 100 s unless configured, bounds it besides.
    /// </summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan? IdleBody { get; init; }

    /// <summary>The time for a request with all its attempts, from its arrival to the last byte of its response, 10 ms to 24 h. A WebSocket is exempt once it is established.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan? Request { get; init; }

    /// <summary>Whether anything beyond the connection has to be watched.</summary>
    internal bool NeedClock => ResponseHeaders is not null || IdleBody is not null || Request is not null;
}

/// <summary>How long the requests of a route wait for a destination: overrides what its cluster says, key by key.</summary>
public sealed record RouteTimeoutSettings
{
    public static readonly SettingsSection<RouteTimeoutSettings> Section = new(SettingsScope.Route, TimeoutSettings.Section.Path, null);

    /// <summary>The time for a connection that is made for a request of this route to be established, TLS included, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), TimeoutSettings.Shortest, TimeoutSettings.Longest)]
    public TimeSpan? Connect { get; init; }

    /// <summary>The time from a whole request being sent to its response's headers, for each attempt, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), TimeoutSettings.Shortest, TimeoutSettings.Longest)]
    public TimeSpan? ResponseHeaders { get; init; }

    /// <summary>The time in which no byte of a body that is being sent or received moves, those of WebSockets included, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), TimeoutSettings.Shortest, TimeoutSettings.Longest)]
    public TimeSpan? IdleBody { get; init; }

    /// <summary>The time for a request with all its attempts, from its arrival to the last byte of its response, 10 ms to 24 h. A WebSocket is exempt once it is established.</summary>
    [Range(typeof(TimeSpan), TimeoutSettings.Shortest, TimeoutSettings.Longest)]
    public TimeSpan? Request { get; init; }

    /// <summary>The routes that have a word of their own, with what holds for them.</summary>
    internal static IEnumerable<(RouteConfig Route, TimeoutSettings Timeouts)> Of(Snapshot snapshot)
    {
        foreach (var route in snapshot.Routes)
        {
            if (snapshot.Get(Section, route.RouteId) is { } own && route.ClusterId is { } cluster && snapshot.Get(TimeoutSettings.Section, cluster) is { } common)
                yield return (route, own.Over(common));
        }
    }

    /// <summary>What holds for the route: its own word where it has one, else its cluster's.</summary>
    private TimeoutSettings Over(TimeoutSettings cluster) => new()
    {
        Connect = Connect ?? cluster.Connect,
        ResponseHeaders = ResponseHeaders ?? cluster.ResponseHeaders,
        IdleBody = IdleBody ?? cluster.IdleBody,
        Request = Request ?? cluster.Request,
    };
}
