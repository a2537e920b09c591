using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>Prometheus with the sample's configuration and rules, in a hurry: it looks several times a second, and alerts wait for nothing.</summary>
internal sealed partial class PrometheusProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ProgramProcess _process;
    private readonly HttpClient _client;
    private readonly List<(string Query, int Count)> _answered = [];

    private PrometheusProcess(Uri gateway)
    {
        var port = FreePort();
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _folder.Write("recording.yml", ObservabilitySample.Read("recording.yml"));
        _folder.Write("alerts.yml", Replaced(For(), "alerts.yml", "for: 0s"));
        var config = Replaced(Interval(), "prometheus.yml", "_interval: 250ms").Replace("gateway:9090", gateway.Authority, StringComparison.Ordinal);
        _process = ProgramProcess.Start(PrometheusTools.Prometheus(
            $"--config.file={_folder.Write("prometheus.yml", config)}", $"--storage.tsdb.path={_folder.File("data")}",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn").In(_folder.Path));
    }

    /// <summary>The queries that were answered, and by how many series.</summary>
    public IReadOnlyList<(string Query, int Count)> Answered => _answered;

    public static async Task<PrometheusProcess> StartAsync(Uri gateway)
    {
        var prometheus = new PrometheusProcess(gateway);
        try
        {
            await Wait.UntilAsync(prometheus.IsReadyAsync, "Prometheus is ready");
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>The series that answer a query, now.</summary>
    public async Task<JsonArray> QueryAsync(string query)
    {
        var result = (await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"))["result"]!.AsArray();
        _answered.Add((query, result.Count));
        return result;
    }

    public async Task<IReadOnlyList<JsonNode>> RulesAsync() =>
        [.. (await GetAsync("/api/v1/rules"))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!)];

    public async Task<IReadOnlyList<JsonNode>> FiringAsync() =>
        [.. (await GetAsync("/api/v1/alerts"))["alerts"]!.AsArray().Where(alert => (string?)alert!["state"] == "firing").Select(alert => alert!)];

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(_process.Error.Text);
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var response = await _client.GetAsync(path, TestContext.Current.CancellationToken).Soon();
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!["data"]!;
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process.Exit.IsCompleted)
            throw new InvalidOperationException($"Prometheus ended: {_process.Error.Text}");
        try
        {
            using var response = await _client.GetAsync("/-/ready", TestContext.Current.CancellationToken).Soon();
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Replaced(Regex what, string file, string by)
    {
        var text = ObservabilitySample.Read(file);
        Assert.Matches(what, text);
        return what.Replace(text, by);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"\bfor: \w+")]
    private static partial Regex For();

    [GeneratedRegex(@"_interval: \w+")]
    private static partial Regex Interval();
}
