using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Pooling;

/// <summary>How many requests and streams a destination serves at once, and whether others wait.</summary>
public sealed record PoolSettings
{
    public static readonly SettingsSection<PoolSettings> Section = new(SettingsScope.Cluster, "Pool", new());

    /// <summary>Whether permits are needed.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The permits of each destination, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int PermitsPerDestination { get; init; } = 32;

    /// <summary>The WebSockets and event streams that each destination serves beside its permits, 0 to 1,000,000; 0: no WebSocket, and an event stream keeps its permit.</summary>
    [Range(0, 1_000_000)]
    public int StreamsPerDestination { get; init; } = 1000;

    /// <summary>The requests of the cluster that may wait for a permit, 0 to 1,000,000; 0: nobody waits.</summary>
    [Range(0, 1_000_000)]
    public int QueueLimit { get; init; }

    /// <summary>The longest that a request waits for a permit, 0 to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How old a connection to a destination may become, 1 s to 24 h: so a name that moved is followed though its old address
    /// still answers. A connection in use ends with what it is used for. Holds whether permits are needed or not.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(1);
}
