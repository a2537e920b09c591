using System.Text.Json;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Management;

/// <summary>Reads what a gateway's management endpoint answers.</summary>
internal static class ManagementApi
{
    public static async Task<JsonElement> ReadAsync(this GatewayFactory gateway, string path, int status = 200)
    {
        using var client = Clients.Create(gateway.Management);
        using var response = await client.GetAsync(path, Bounds.Token);
        Assert.Equal(status, (int)response.StatusCode);
        return JsonDocument.Parse(await response.TextAsync()).RootElement;
    }

    public static JsonElement Cluster(this JsonElement status, string id = GatewayConfig.ClusterId) =>
        status.GetProperty("clusters").EnumerateArray().Single(cluster => cluster.Text("id") == id);

    public static JsonElement Destination(this JsonElement status, string id = "d1", string cluster = GatewayConfig.ClusterId) =>
        status.Cluster(cluster).GetProperty("destinations").EnumerateArray().Single(destination => destination.Text("id") == id);

    /// <summary>A value by its keys, dots between them.</summary>
    public static JsonElement At(this JsonElement element, string path) =>
        path.Split('.').Aggregate(element, (at, key) => at.GetProperty(key));

    public static string? Text(this JsonElement element, string path) => element.At(path).GetString();

    public static double Number(this JsonElement element, string path) => element.At(path).GetDouble();
}

/// <summary>Listens to a gateway's events.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpClient _client;
    private readonly StreamReader _lines;

    private EventReader(HttpClient client, HttpResponseMessage response, Stream stream) => (_client, Response, _lines) = (client, response, new StreamReader(stream));

    public HttpResponseMessage Response { get; }

    public static async Task<EventReader> ConnectAsync(GatewayFactory gateway)
    {
        var client = Clients.Create(gateway.Management);
        var response = await client.SendAsync(HttpMethod.Get, "/api/events");
        return new(client, response, await response.Content.ReadAsStreamAsync(Bounds.Token));
    }

    /// <summary>The next event; null when the stream is over.</summary>
    public async Task<(string Name, JsonElement Data)?> NextAsync()
    {
        var fields = new Dictionary<string, string>();
        while (await _lines.ReadLineAsync(Bounds.Token) is { } line)
        {
            if (line.Length == 0 && fields.TryGetValue("data", out var data))
                return (fields["event"], JsonDocument.Parse(data).RootElement);
            if (line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon)
                fields[line[..colon]] = line[(colon + 2)..];
        }
        return null;
    }

    public void Dispose()
    {
        _lines.Dispose();
        Response.Dispose();
        _client.Dispose();
    }
}
