using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuickStart;

/// <summary>Where the gateway will listen: an option decides, then the environment, then the configuration file.</summary>
internal sealed record GatewayAddress(Uri Traffic, Uri Management)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static GatewayAddress From(QuickStartOptions options)
    {
        var endpoints = ReadEndpoints();
        return new(
            Locate("Http", options.GatewayPort, endpoints, otherwise: 8080),
            Locate("Management", options.ManagementPort, endpoints, otherwise: 9090));
    }

    private static Uri Locate(string endpoint, int? port, JsonNode? endpoints, int otherwise)
    {
        var url = port is null
            ? Environment.GetEnvironmentVariable($"Kestrel__Endpoints__{endpoint}__Url") ?? endpoints?[endpoint]?["Url"]?.ToString()
            : null;
        var reachable = url?
            .Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal);
        return Uri.TryCreate(reachable, UriKind.Absolute, out var address)
            ? address
            : new Uri($"http://127.0.0.1:{port ?? otherwise}");
    }

    private static JsonNode? ReadEndpoints()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(BuildOutput.Configuration), documentOptions: Lenient)?["Kestrel"]?["Endpoints"];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The gateway tells what is wrong with the file better than this could.
            return null;
        }
    }
}
