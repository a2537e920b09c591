using System.Reflection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration.Schema;

/// <summary>What YARP checks in code where our own records say it by attributes.</summary>
internal static class YarpShape
{
    // As ReferenceRule: http or https, a host, no user, no query and no fragment; visible ASCII without the backslash.
    private const string Address = @"^[Hh][Tt][Tt][Pp][Ss]?://[!""$-.0->A-\[\]-~]+(/[!""$->@-\[\]-~]*)?$";

    private static readonly HashSet<(Type, string)> Required =
    [
        (typeof(RouteConfig), nameof(RouteConfig.ClusterId)),
        (typeof(RouteConfig), nameof(RouteConfig.Match)),
        (typeof(RouteHeader), nameof(RouteHeader.Name)),
        (typeof(RouteQueryParameter), nameof(RouteQueryParameter.Name)),
        (typeof(DestinationConfig), nameof(DestinationConfig.Address)),
    ];

    private static readonly Dictionary<(Type, string), string> Patterns = new()
    {
        [(typeof(DestinationConfig), nameof(DestinationConfig.Address))] = Address,
        [(typeof(DestinationConfig), nameof(DestinationConfig.Health))] = Address,
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Path))] = "^(/([^/?#][^?#]*)?)?$",
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Query))] = @"^(\?[^# ]*)?$",
    };

    public static bool IsRequired(PropertyInfo key) => Required.Contains((key.DeclaringType!, key.Name));

    public static string? PatternOf(PropertyInfo key) => Patterns.GetValueOrDefault((key.DeclaringType!, key.Name));
}
