using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>A start that cannot be: one clear message, exit 1.</summary>
public sealed class StartFailureTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    [InlineData("health")]
    public async Task AnyCommand_ConfigFileMissing_SaysWhichAndExits1(string command)
    {
        using var folder = new TemporaryFolder();

        var result = await GatewayCommand.RunAsync(command, "--config", folder.File("nowhere.json"));

        GatewayCommand.AssertComplains(result, 1, folder.File("nowhere.json"), "not there");
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("Http")]
    [InlineData("Management")]
    public async Task Run_PortTaken_SaysWhichAndExits1(string endpoint)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await GatewayCommand.RunAsync("--config", file, $"--Kestrel:Endpoints:{endpoint}:Url=http://127.0.0.1:{port}");

        GatewayCommand.AssertComplains(result, 1, $"127.0.0.1:{port}", "in use");
        Assert.DoesNotContain("Hosting failed to start", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_PortSharedByOneSideOnly_SaysWhichAndExits1(bool wantsToShare)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (!wantsToShare)
            taken.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var result = await GatewayCommand.RunAsync("--config", file, $"--Kestrel:Endpoints:Http:Url=http://127.0.0.1:{port}", $"--Gateway:Listen:ReusePort={wantsToShare}");

        GatewayCommand.AssertComplains(result, 1, $"127.0.0.1:{port}", "in use");
    }

    [Fact]
    public async Task Run_AddressOfNobodyHere_SaysWhichAndExits1()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        // TEST-NET-1 (RFC 5737) is no machine's own.
        var result = await GatewayCommand.RunAsync("--config", file, "--Kestrel:Endpoints:Http:Url=http://192.0.2.1:8080");

        GatewayCommand.AssertComplains(result, 1, "192.0.2.1:8080");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task AnyCommand_SettingsWrong_TellsEveryFaultWithItsPathAndExits1(string command)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", """
            {
              "Gateway": { "Drian": {}, "Drain": { "Timeout": "soon" },
                           "ClusterDefaults": { "Pool": { "PermitsPerDestination": 0 } } },
              "ReverseProxy": {
                "Routes": { "a": { "ClusterId": "apy", "Match": { "Path": "/a" } } },
                "Clusters": { "api": { "LoadBalancingPolicy": "RoundRobbin",
                                       "Destinations": { "one": { "Address": "nonsense" } } } } }
            }
            """);

        var result = await GatewayCommand.RunAsync(command, "--config", file);

        GatewayCommand.AssertComplains(result, 1,
            "6 faults",
            "  gateway.json:2: Gateway:Drian: ",
            "Drain",
            "  gateway.json:2: Gateway:Drain:Timeout: 'soon' ",
            "  gateway.json:3: Gateway:ClusterDefaults:Pool:PermitsPerDestination: '0' ",
            "  gateway.json:5: ReverseProxy:Routes:a:ClusterId: 'apy' ",
            "  gateway.json:6: ReverseProxy:Clusters:api:LoadBalancingPolicy: 'RoundRobbin' ",
            "  gateway.json:7: ReverseProxy:Clusters:api:Destinations:one:Address: 'nonsense' ");
        Assert.Empty(result.Output);
    }
}
