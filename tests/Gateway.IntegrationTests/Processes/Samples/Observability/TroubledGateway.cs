using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using GatewayConfig = Gateway.IntegrationTests.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>A gateway that met all that metrics tell of: requests served, retried, refused and limited, a save, a certificate.</summary>
public sealed class TroubledGateway : IAsyncLifetime
{
    private readonly ScriptedBackend _serving = ScriptedBackend.Start(Scripts.Serve());
    private readonly ScriptedBackend _closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
    private readonly TemporaryFolder _folder = new();
    private GatewayProcess _gateway = null!;

    internal MetricsPage Page { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var config = Config();
        _gateway = await GatewayProcess.StartAsync(config.ToString());
        foreach (var path in (string[])["/served", "/retried", "/exhausted", "/limited", "/limited", "/nowhere"])
            await _gateway.StatusAsync(_gateway.Traffic, path);
        await File.WriteAllTextAsync(_gateway.ConfigFile, config.Route("new", "/new", "served").ToString());
        await Wait.UntilAsync(async () => (await ScrapeAsync()).Find("gateway_config_reloads_total").Count > 0, "the save is in force");
        Page = await ScrapeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _serving.DisposeAsync();
        await _closing.DisposeAsync();
        _folder.Dispose();
    }

    private GatewayConfig Config() => new GatewayConfig()
        .Set("Kestrel:Endpoints:Secure:Url", "https://127.0.0.1:0").Set("Kestrel:Endpoints:Secure:Certificate:Path", Certificate())
        .Route("served", "/served", "served").Destinations("served", _serving.Address)
        .Route("limited", "/limited", "served").Limit("ReverseProxy:Routes:limited:RateLimit", 1)
        .Route("retried", "/retried", "retried").Destinations("retried", _closing.Address, _serving.Address)
        .Set("ReverseProxy:Clusters:retried:LoadBalancingPolicy", "FirstAlphabetical").Set("ReverseProxy:Clusters:retried:HealthCheck:Tcp:Enabled", true)
        .Route("exhausted", "/exhausted", "exhausted").Destinations("exhausted", _closing.Address, _serving.Address)
        .Set("ReverseProxy:Clusters:exhausted:LoadBalancingPolicy", "FirstAlphabetical")
        .Set("ReverseProxy:Clusters:exhausted:Retry:BudgetRatio", 0).Set("ReverseProxy:Clusters:exhausted:Retry:MinRetriesPerSecond", 0)
        .Limit("Gateway:RateLimit:Global", 1000).Limit("Gateway:RateLimit:PerClient", 1000);

    private async Task<MetricsPage> ScrapeAsync() => MetricsPage.Parse(await _gateway.GetTextAsync(_gateway.Management, "/metrics"));

    private string Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var file = _folder.File("gateway.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx));
        return file;
    }
}
