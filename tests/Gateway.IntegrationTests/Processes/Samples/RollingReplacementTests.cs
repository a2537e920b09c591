using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples;

/// <summary>The sample script does what its guide shows.</summary>
public sealed partial class RollingReplacementTests
{
    private static readonly string[] PortNames = ["GATEWAY_PORT", "MANAGEMENT_PORT_1", "MANAGEMENT_PORT_2", "BACKEND_PORT_1", "BACKEND_PORT_2"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Script_Run_ReplacesTheGatewayAndFailsNoRequest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        var ports = TakePorts(PortNames.Length);
        var environment = PortNames.Zip(ports).ToDictionary(port => port.First, port => port.Second.ToString(CultureInfo.InvariantCulture));
        environment["NO_BUILD"] = "1";
        environment["CONFIGURATION"] = BuildOutput.Configuration;
        environment["PATH"] = $"{BuildOutput.DotNetRoot}:{Environment.GetEnvironmentVariable("PATH")}";
        await using var script = ProgramProcess.Start(new ProgramStart("bash", Path.Combine(BuildOutput.Repository, "samples/RollingReplacement/rolling.sh")) { Environment = environment });

        var exitCode = await script.Exit.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await script.ExitWithAllOutputAsync();

        Assert.True(exitCode == 0, $"{script.Output.Text}\n{script.Error.Text}");
        Assert.Matches(Told(), script.Output.Text);
        Assert.All(ports, port => Assert.True(IsFree(port), $"Somebody still listens on {port}."));
    }

    private static int[] TakePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    [GeneratedRegex(@"^gateway 1 is ready \(process \d+\)\ngateway 2 is ready \(process \d+\); gateway 1 is told to stop\ngateway 1 has drained, exit code 0\n[1-9]\d{2,} requests sent, 0 failed\s*$")]
    private static partial Regex Told();
}
