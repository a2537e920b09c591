using System.Diagnostics;
using System.Net;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>The real gateway as a process of its own, with a configuration file of its own, ready to serve.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const int LinesShown = 60;
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _folder;
    private readonly ProgramProcess _process;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    private GatewayProcess(TemporaryFolder folder, ProgramProcess process) => (_folder, _process) = (folder, process);

    public ProgramProcess Process => _process;

    public OutputLines Output => _process.Output;

    public Task<int> Exit => _process.Exit;

    public string ConfigFile => _folder.File("gateway.json");

    public TemporaryFolder Folder => _folder;

    public Uri Traffic { get; private set; } = null!;

    public Uri Management { get; private set; } = null!;

    public static async Task<GatewayProcess> StartAsync(string config, params IEnumerable<string> arguments)
    {
        var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", config);
        var process = ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, ["--config", file, .. arguments]));
        return await ReadyAsync(folder, process);
    }

    /// <summary>Takes over a gateway that was started in another way.</summary>
    public static async Task<GatewayProcess> ReadyAsync(TemporaryFolder folder, ProgramProcess process)
    {
        var gateway = new GatewayProcess(folder, process);
        try
        {
            gateway.Management = await gateway.ListensOnAsync("Management listens on ");
            gateway.Traffic = await gateway.ListensOnAsync("Now listening on: ");
            await Wait.UntilAsync(async () => await gateway.StatusAsync(gateway.Management, "/health/ready") == HttpStatusCode.OK, "the gateway is ready");
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public void Signal(Signal signal = Support.Signal.Terminate) => _process.Signal(signal);

    /// <summary>Signals it and waits for its end.</summary>
    public Task<int> StopAsync(Signal signal = Support.Signal.Terminate)
    {
        Signal(signal);
        return _process.ExitWithAllOutputAsync();
    }

    /// <summary>Signals it and sees it gone as soon as it can be: nobody holds it up.</summary>
    public async Task<int> StopPromptlyAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var exitCode = await StopAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Promptly);
        return exitCode;
    }

    /// <summary>Asks over a connection of its own; null when there is none to be had.</summary>
    public async Task<HttpStatusCode?> StatusAsync(Uri endpoint, string path)
    {
        try
        {
            using var response = await GetAsync(endpoint, path);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Asks over a connection of its own.</summary>
    public async Task<HttpResponseMessage> GetAsync(Uri endpoint, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint, path));
        request.Headers.ConnectionClose = true;
        return await _client.SendAsync(request, TestContext.Current.CancellationToken).Soon();
    }

    public async Task<string> GetTextAsync(Uri endpoint, string path)
    {
        using var response = await GetAsync(endpoint, path);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        foreach (var line in Output.All.Concat(_process.Error.All).TakeLast(LinesShown))
            TestContext.Current.TestOutputHelper?.WriteLine(line.Text);
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<Uri> ListensOnAsync(string start)
    {
        var line = await Output.WaitForMessageAsync(start);
        return new Uri(line.Message![start.Length..].Split(": ")[0]);
    }
}
