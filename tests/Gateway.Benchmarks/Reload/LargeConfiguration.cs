using System.Globalization;
using System.Text;

namespace Gateway.Benchmarks.Reload;

/// <summary>A configuration of many routes, each with a cluster and a destination of its own, all at one port.</summary>
internal sealed class LargeConfiguration(int routes, int backend, int traffic, int management, bool probes)
{
    /// <summary>The route whose answers tell what was saved last.</summary>
    public const string Changing = "/r0";

    /// <summary>A route that stays as it is.</summary>
    public const string Kept = "/r1";

    public const string Header = "X-Saved";

    /// <param name="saved">What the answers of the changing route say.</param>
    public string Text(int saved)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            { "Kestrel": { "Endpoints": {
                "Http": { "Url": "http://127.0.0.1:{{traffic}}" }, "Management": { "Url": "http://127.0.0.1:{{management}}" } } },
              "Gateway": { "AccessLog": { "Enabled": false },
                "ClusterDefaults": { "HealthCheck": { "Tcp": { "Enabled": {{(probes ? "true" : "false")}} } } } },
              "ReverseProxy": { "Routes": {

            """);
        for (var i = 0; i < routes; i++)
        {
            var transforms = i == 0 ? $$""", "Transforms": [ { "ResponseHeader": "{{Header}}", "Set": "{{saved}}" } ]""" : "";
            text.Append(CultureInfo.InvariantCulture,
                $$"""    "r{{i}}": { "ClusterId": "c{{i}}", "Match": { "Path": "/r{{i}}" }{{transforms}} }{{(i < routes - 1 ? "," : "")}}{{'\n'}}""");
        }
        text.Append("  }, \"Clusters\": {\n");
        for (var i = 0; i < routes; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $$"""    "c{{i}}": { "Destinations": { "one": { "Address": "http://127.0.0.1:{{backend}}/" } } }{{(i < routes - 1 ? "," : "")}}{{'\n'}}""");
        }
        return text.Append("} } }\n").ToString();
    }
}
