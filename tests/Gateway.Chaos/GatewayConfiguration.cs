using Gateway.Chaos.Backends;

namespace Gateway.Chaos;

/// <summary>What the gateway's file says in these scenarios.</summary>
internal static class GatewayConfiguration
{
    /// <summary>The shipped defaults.</summary>
    public const string Defaults = "";

    /// <summary>
    /// For a cluster whose backends come and go within seconds. By default a circuit that opened stays open for 10 s
    /// and a probe comes every 5 s: of three backends that restart one after the other within that time, none would
    /// be left. So a circuit stays open for less than the time between two restarts, and probes come as often.
    /// </summary>
    public const string Quick = """
        "ClusterDefaults": {
              "CircuitBreaker": { "BreakDuration": "00:00:00.500" },
              "HealthCheck": { "Tcp": { "Interval": "00:00:00.500", "Timeout": "00:00:00.500" } } },
        """;

    /// <param name="traffic">The port for traffic, 0 for any.</param>
    /// <param name="management">The port for management, 0 for any.</param>
    /// <param name="fleet">The destinations.</param>
    /// <param name="settings">What stands in the section <c>Gateway</c>, with a comma behind it.</param>
    /// <param name="responseTimeout">When an answer is no longer waited for; null leaves it at the default.</param>
    public static string For(int traffic, int management, Fleet fleet, string settings, TimeSpan? responseTimeout = null) => $$"""
        {
          "Kestrel": { "Endpoints": {
            "Http": { "Url": "http://127.0.0.1:{{traffic}}" },
            "Management": { "Url": "http://127.0.0.1:{{management}}" } } },
          "Gateway": { {{settings}} "AccessLog": { "Enabled": true } },
          "ReverseProxy": {
            "Routes": { "all": { "ClusterId": "api", "Match": { "Path": "/{**path}" } } },
            "Clusters": { "api": {
              {{(responseTimeout is { } timeout ? $"\"HttpRequest\": {{ \"ActivityTimeout\": \"{timeout:c}\" }}," : "")}}
              "Destinations": { {{string.Join(", ", fleet.Backends.Select(backend =>
                  $$""" "{{backend.Name}}": { "Address": "http://127.0.0.1:{{backend.Port}}/" } """))}} } } } }
        }
        """;
}
