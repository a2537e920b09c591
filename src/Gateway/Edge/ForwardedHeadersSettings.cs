using System.ComponentModel.DataAnnotations;
using System.Net;
using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>Whom to believe what they say of the client in <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>. Nobody, unless configured.</summary>
public sealed record ForwardedHeadersSettings
{
    public static readonly SettingsSection<ForwardedHeadersSettings> Section = new(SettingsScope.Gateway, "ForwardedHeaders", new());

    /// <summary>The addresses of proxies in front of the gateway.</summary>
    public IReadOnlyList<IPAddress> KnownProxies { get; init; } = [];

    /// <summary>The networks that such proxies stand in.</summary>
    public IReadOnlyList<IPNetwork> KnownNetworks { get; init; } = [];

    /// <summary>How many of them a request passes at most, 1 to 100.</summary>
    [Range(1, 100)]
    public int ForwardLimit { get; init; } = 1;
}
