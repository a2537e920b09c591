using System.Text;
using Gateway.Configuration;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>
/// What a file says about fields is text, and fields are bytes: the values that routes ask for and those that transforms write
/// are put as they stand in a message, UTF-8 unless the cluster says otherwise.
/// </summary>
internal sealed class FieldEncoding : IProxyConfigFilter, IConfigurationAdvisor
{
    /// <summary>The bytes that stand for text in fields to this cluster; null: UTF-8.</summary>
    public static Encoding? Of(ClusterConfig? cluster) =>
        cluster?.HttpClient?.RequestHeaderEncoding is { Length: > 0 } name ? Encoding.GetEncoding(name) : null;

    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster);

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel)
    {
        var wanted = route.Match.Headers;
        if (wanted?.Any(static header => header.Values?.Any(IsBeyondAscii) is true) is true)
            route = route with { Match = route.Match with { Headers = [.. wanted.Select(Encode)] } };
        if (route.Transforms?.Any(IsBeyondAscii) is true)
            route = route with { Transforms = [.. route.Transforms.Select(transform => IsBeyondAscii(transform) ? Encode(transform, transform.ContainsKey("RequestHeader") ? Of(cluster) : null) : transform)] };
        return new(route);
    }

    public IEnumerable<Advice> Advise(Snapshot snapshot) => snapshot.Clusters
        .Where(static cluster => cluster.HttpClient?.ResponseHeaderEncoding is not null)
        .Select(static cluster => new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:HttpClient:ResponseHeaderEncoding",
            "the bytes of a response's fields go to the client as they came, so this changes nothing; it can be left out."));

    private static RouteHeader Encode(RouteHeader header) => header with { Values = [.. header.Values!.Select(static value => FieldText.Encode(value))] };

    private static Dictionary<string, string> Encode(IReadOnlyDictionary<string, string> transform, Encoding? encoding) => transform
        .ToDictionary(static pair => pair.Key, pair => FieldText.Encode(pair.Value, encoding), StringComparer.OrdinalIgnoreCase);

    // The transforms that write a value of their own into a field.
    private static bool IsBeyondAscii(IReadOnlyDictionary<string, string> transform) =>
        (transform.ContainsKey("RequestHeader") || transform.ContainsKey("ResponseHeader") || transform.ContainsKey("ResponseTrailer"))
        && transform.Values.Any(IsBeyondAscii);

    private static bool IsBeyondAscii(string value) => !Ascii.IsValid(value);
}
