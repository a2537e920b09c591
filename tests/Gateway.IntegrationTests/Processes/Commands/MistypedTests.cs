using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>Nothing that a user can mistype ends in a stack trace, a crash or silence.</summary>
public sealed class MistypedTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("{")]
    [InlineData("{ \"ReverseProxy\": {")]
    [InlineData("{}")]
    [InlineData("{ \"ReverseProxy\": null }")]
    [InlineData("{ \"ReverseProxy\": [] }")]
    [InlineData("{ \"ReverseProxy\": \"\" }")]
    [InlineData("{ \"ReverseProxy\": { \"Routes\": [ 1 ] } }")]
    [InlineData("{ \"ReverseProxy\": { \"Routes\": {}, \"routes\": {} }, \"Gateway\": 1 }")]
    [InlineData("{ \"ReverseProxy\": { \"Routes\": {} }, \"Kestrel\": { \"Endpoints\": { \"Http\": null } } }")]
    [InlineData("{ \"ReverseProxy\": { \"Routes\": {} }, \"Kestrel\": { \"Endpoints\": { \"Http\": {} } } }")]
    [InlineData("{ \"ReverseProxy\": { \"Routes\": { \"\\ud800\": {} } } }")]
    [InlineData("\u0000\u0001\u0002")]
    public async Task File_Mistyped_IsAFaultAndExits1(string text)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", text);

        GatewayCommand.AssertComplains(await GatewayCommand.RunAsync("--config", file), 1);
        GatewayCommand.AssertNoStackTrace(await GatewayCommand.RunAsync("health", "--config", file));
    }

    [Theory]
    [InlineData("Kestrel:Endpoints:Http:Url", "nonsense")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:99999")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:-1")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:80a")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://[::1")]
    [InlineData("Kestrel:Endpoints:Http:Url", "ftp://127.0.0.1:8080")]
    [InlineData("Kestrel:Endpoints:Management:Url", "")]
    [InlineData("Kestrel:Endpoints:Management:Url", "http://127.0.0.1:99999")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "many")]
    [InlineData("Gateway:Drain:Timeout", "-00:00:01")]
    [InlineData("Gateway:Drain", "soon")]
    [InlineData("Gateway:RateLimit:Global:TokenLimit", "1e99")]
    [InlineData("Gateway:ForwardedHeaders:KnownNetworks:0", "10.0.0.0/99")]
    [InlineData("ReverseProxy:Routes:all:Match:Path", "/{**a}/{b")]
    [InlineData("ReverseProxy:Routes:all:Match:Path", "/{a:bogus}")]
    [InlineData("ReverseProxy:Routes:all:Match:Path", "/{a:regex([)}")]
    [InlineData("ReverseProxy:Routes:all:Match:Hosts:0", ":::")]
    [InlineData("ReverseProxy:Routes:all:Transforms:0:PathPattern", "{")]
    [InlineData("ReverseProxy:Clusters:api:Destinations:one:Address", "http://[::1")]
    [InlineData("ReverseProxy:Clusters:api:HttpRequest:Version", "9.9.9")]
    public async Task Setting_Mistyped_IsAFaultWithItsPathAndExits1(string path, string value)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        GatewayCommand.AssertComplains(await GatewayCommand.RunAsync("--config", file, $"--{path}={value}"), 1, path);
    }

    [Theory]
    [InlineData("/nowhere.pfx", "Kestrel:Endpoints:Http:Url=https://127.0.0.1:0", "Kestrel:Endpoints:Http:Certificate:Path=/nowhere.pfx")]
    [InlineData("certificate", "Kestrel:Endpoints:Http:Url=https://127.0.0.1:0")]
    [InlineData("Kestrel:Limits", "Kestrel:Limits:MaxRequestBodySize=-5")]
    [InlineData("Kestrel:Limits", "Kestrel:Limits:KeepAliveTimeout=00:00:00")]
    [InlineData("Loud", "Logging:LogLevel:Default=Loud")]
    public async Task SettingOfOthers_Mistyped_IsNamedAndExits1(string mentioned, params string[] settings)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        GatewayCommand.AssertComplains(await GatewayCommand.RunAsync(["--config", file, .. settings.Select(setting => $"--{setting}")]), 1, mentioned);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://")]
    [InlineData("unix:/nowhere")]
    public async Task Health_ManagementAddressMistyped_SaysSoAndExits1(string url)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        GatewayCommand.AssertComplains(await GatewayCommand.RunAsync("health", "--config", file, $"--Kestrel:Endpoints:Management:Url={url}"), 1);
    }

    [Fact]
    public async Task ConfigArgument_ThatIsNoReadableFile_IsAFaultAndExits1()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])[folder.Path, "", " ", new string('x', 5000), "a/\t/b"])
            GatewayCommand.AssertNoStackTrace(await AssertFailsAsync("--config", name));
    }

    [Fact]
    public async Task EnvironmentName_ThatIsNoFileName_EndsInNoStackTrace()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));
        foreach (var name in (string[])["", "../../etc/passwd", new string('x', 5000), "a\nb"])
            GatewayCommand.AssertNoStackTrace(await GatewayCommand.RunAsync("validate", "--config", file, "--environment", name));
    }

    private static async Task<ProgramResult> AssertFailsAsync(params string[] arguments)
    {
        var result = await GatewayCommand.RunAsync(arguments);
        Assert.InRange(result.ExitCode, 1, 2);
        Assert.StartsWith("gateway: ", result.Error, StringComparison.Ordinal);
        return result;
    }
}
