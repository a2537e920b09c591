using System.Reflection;
using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.Management;
using Gateway.Pooling;
using Gateway.Refusals;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Support;

/// <summary>
/// The real gateway in the test's process: its own <c>Program</c> with a file of its own, Kestrel on
/// free loopback ports. Only its outputs and the process's signals are the test's.
/// </summary>
/// <remarks>Any type of the gateway's assembly names its entry point; <c>Program</c> itself is the backend's name too.</remarks>
internal sealed class GatewayFactory : WebApplicationFactory<Refusal>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-test-");
    private readonly Unsignalled _lifetime = new();
    private IHostApplicationLifetime _application = null!;
    private bool _disposed;
    private readonly List<IDisposable> _owned = [];

    // Tests ask from many threads at once.
    private readonly Lock _owning = new();
    private readonly Lazy<HttpClient> _client;

    private readonly Action<IServiceCollection>? _services;

    private GatewayFactory(GatewayConfig config, Action<IServiceCollection>? services)
    {
        _services = services;
        _client = new Lazy<HttpClient>(CreateTrafficClient);
        ConfigFile = Path.Combine(_folder.FullName, "gateway.json");
        File.WriteAllText(ConfigFile, config.ToString());
        UseKestrel();
    }

    public string ConfigFile { get; }

    /// <summary>Where traffic goes, in HTTP/1.1.</summary>
    public Uri Traffic { get; private set; } = null!;

    /// <summary>Where traffic goes in HTTP/2, if the configuration has such an endpoint.</summary>
    public Uri Http2 { get; private set; } = null!;

    public Uri Management { get; private set; } = null!;

    /// <summary>A client of the traffic endpoint with connections of its own.</summary>
    public HttpClient Client => _client.Value;

    public LogLines Logs { get; } = new();

    /// <summary>The lines of the access log.</summary>
    public AccessLogLines AccessLog { get; } = new();

    /// <param name="config">What it starts with.</param>
    /// <param name="services">Puts services of the test in the place of the gateway's.</param>
    public static async Task<GatewayFactory> StartAsync(GatewayConfig config, Action<IServiceCollection>? services = null)
    {
        var gateway = new GatewayFactory(config, services);
        try
        {
            await Task.Run(gateway.StartServer).WithinPatience();
            gateway.FindAddresses();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the traffic endpoint that shares no connection with others.</summary>
    public HttpClient CreateTrafficClient() => Own(Clients.Create(Traffic));

    public HttpClient CreateHttp2Client() => Own(Clients.CreateHttp2(Http2));

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(path, Bounds.Token);

    public Task<string> GetTextAsync(string path) => Client.GetStringAsync(path, Bounds.Token);

    public async Task<MetricsPage> ScrapeAsync() =>
        MetricsPage.Parse(await Own(Clients.Create(Management)).GetStringAsync("/metrics", Bounds.Token));

    /// <summary>The permits that requests to a destination hold now.</summary>
    public int PermitsInUse(string destination = "d1", string cluster = GatewayConfig.ClusterId) =>
        PoolOf(destination, cluster).InUse;

    /// <summary>The streams of a destination that are taken now.</summary>
    public int StreamsInUse(string destination = "d1", string cluster = GatewayConfig.ClusterId) => PoolOf(destination, cluster).Streams.InUse;

    private PermitPool PoolOf(string destination, string cluster) =>
        Services.GetRequiredService<PoolGate>().Pools.Single(pool => pool.Key == new DestinationId(cluster, destination)).Value;

    /// <summary>The requests that wait for a permit now.</summary>
    public int Waiting(string cluster = GatewayConfig.ClusterId)
    {
        var line = Services.GetRequiredService<PoolGate>().LineOf(cluster)!;
        return (int)line.GetType().GetField("_waiting", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(line)!;
    }

    /// <summary>The circuit before a destination.</summary>
    public Circuit Circuit(string destination = "d1", string cluster = GatewayConfig.ClusterId) =>
        Services.GetRequiredService<CircuitGate>().Circuits.Single(circuit => circuit.Key == new DestinationId(cluster, destination)).Value;

    /// <summary>Saves the configuration file, in place.</summary>
    public void Save(string text) => File.WriteAllText(ConfigFile, text);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("config", ConfigFile);
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<StandardOutput>(AccessLog);
            services.AddLogging(logging => logging.ClearProviders().AddProvider(Logs));
            // Ctrl+C ends the test run, not the gateways in it.
            services.AddSingleton<IHostLifetime>(_ => _lifetime);
            _services?.Invoke(services);
        });
    }

    // The gateway's own command stops the host and disposes of it. The base class would do both a second time, side by side.
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        _owned.ForEach(owned => owned.Dispose());
        if (Management is null)
        {
            await base.DisposeAsync();
        }
        else
        {
            // A test may have stopped it already, and the services may be gone with it.
            _application.StopApplication();
            await _lifetime.Disposed.WithinPatience();
        }
        _folder.Delete(recursive: true);
    }

    private HttpClient Own(HttpClient client)
    {
        lock (_owning)
            _owned.Add(client);
        return client;
    }

    // Kestrel binds endpoints in the order of their names.
    private void FindAddresses()
    {
        var traffic = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        Traffic = traffic[0];
        Http2 = traffic[^1];
        _application = Services.GetRequiredService<IHostApplicationLifetime>();
        Management = new Uri(Services.GetRequiredService<ManagementServer>().Addresses.Single());
    }

    // Disposed of with the host's services, and so when the gateway's command is at its end.
    private sealed class Unsignalled : IHostLifetime, IDisposable
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Disposed => _disposed.Task;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _disposed.TrySetResult();
    }
}
