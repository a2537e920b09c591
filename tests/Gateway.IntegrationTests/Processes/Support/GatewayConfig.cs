namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>Configuration files for one backend behind ports that the system chooses.</summary>
internal static class GatewayConfig
{
    /// <param name="port">The backend's port.</param>
    /// <param name="gateway">What stands in the section <c>Gateway</c>.</param>
    /// <param name="protocols">What the traffic endpoint speaks.</param>
    /// <param name="routes">More routes, each with a comma behind it.</param>
    public static string For(int port, string gateway = "", string protocols = "Http1", string routes = "") => $$"""
        {
          "Kestrel": { "Endpoints": {
            "Http": { "Url": "http://127.0.0.1:0", "Protocols": "{{protocols}}" },
            "Management": { "Url": "http://127.0.0.1:0" } } },
          "Gateway": { {{gateway}} },
          "ReverseProxy": {
            "Routes": { {{routes}} "all": { "ClusterId": "api", "Match": { "Path": "/{**path}" } } },
            "Clusters": { "api": {
              "HealthCheck": { "Tcp": { "Interval": "00:00:00.200" } },
              "Destinations": { "one": { "Address": "http://127.0.0.1:{{port}}/" } } } } }
        }
        """;
}
