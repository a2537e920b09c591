namespace QuickStart;

/// <summary>The ports to use, 1 to 65535 each.</summary>
internal sealed record QuickStartOptions
{
    /// <summary>The gateway's traffic; <see langword="null"/> leaves it to the configuration.</summary>
    public int? GatewayPort { get; init; }

    /// <summary>The gateway's management; <see langword="null"/> leaves it to the configuration.</summary>
    public int? ManagementPort { get; init; }

    /// <summary>The two backends, in the order of their numbers.</summary>
    public required IReadOnlyList<int> BackendPorts { get; init; }

    /// <summary>Whether the backends are where the configuration expects them.</summary>
    public bool HasDefaultBackends => BackendPorts is [9001, 9002];
}
