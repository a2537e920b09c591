using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Configuration;

/// <summary>The ranges of YARP's numbers and durations. YARP takes any; a wrong one fails each request, or a timer, later.</summary>
internal static class YarpRanges
{
    private const string Shortest = "00:00:00.0100000";
    private const string Longest = "1.00:00:00";
    private const string TenYears = "3650.00:00:00";

    private static readonly Dictionary<(Type, string), RangeAttribute> Ranges = new()
    {
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.ActivityTimeout))] = new DurationOrNone(Shortest, Longest),
        [(typeof(RouteConfig), nameof(RouteConfig.Timeout))] = new DurationOrNone(Shortest, Longest),
        [(typeof(RouteConfig), nameof(RouteConfig.MaxRequestBodySize))] = new(typeof(long), "-1", "1125899906842624"),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.MaxConnectionsPerServer))] = new(1, int.MaxValue),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Interval))] = Duration(Shortest, Longest),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Timeout))] = Duration(Shortest, Longest),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.ReactivationPeriod))] = Duration(Shortest, Longest),
        [(typeof(SessionAffinityCookieConfig), nameof(SessionAffinityCookieConfig.Expiration))] = Duration("00:00:01", TenYears),
        [(typeof(SessionAffinityCookieConfig), nameof(SessionAffinityCookieConfig.MaxAge))] = Duration("00:00:01", TenYears),
    };

    // Attributes are slow to find, and are asked for with every value of a file.
    private static readonly ConcurrentDictionary<PropertyInfo, RangeAttribute?> Known = new();

    /// <summary>The range of a property, of YARP's or of ours; null where any value will do.</summary>
    public static RangeAttribute? Of(PropertyInfo property) => Known.GetOrAdd(property, static property =>
    {
        var range = property.GetCustomAttribute<RangeAttribute>() ?? Ranges.GetValueOrDefault((property.DeclaringType!, property.Name));
        // Asked once, it holds values in place of their texts, and tells them alike ever after.
        _ = range?.IsValid(null);
        return range;
    });

    private static RangeAttribute Duration(string minimum, string maximum) => new(typeof(TimeSpan), minimum, maximum);

    /// <summary>Whether a range of durations has room for 'without end' besides.</summary>
    public static bool AllowsNone(RangeAttribute? range) => range is null or DurationOrNone;

    // .NET's word for 'no time-out' is a duration of its own.
    private sealed class DurationOrNone(string minimum, string maximum) : RangeAttribute(typeof(TimeSpan), minimum, maximum)
    {
        public override bool IsValid(object? value) => value is TimeSpan span && span == Timeout.InfiniteTimeSpan || base.IsValid(value);
    }
}
