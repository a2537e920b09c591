using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples;

/// <summary>The first thing that a newcomer runs.</summary>
public sealed class QuickStartTests
{
    [Fact]
    public async Task QuickStart_StartedAndInterrupted_ServesTellsWhatToTryAndLeavesNothingBehind()
    {
        var ports = TakePorts(4);
        await using var quickStart = ProgramProcess.Start(Start(
            "--gateway-port", $"{ports[0]}", "--management-port", $"{ports[1]}", "--backend-ports", $"{ports[2]},{ports[3]}"));

        await quickStart.Output.WaitForAsync(line => line.Text.Contains("Ctrl+C ends everything", StringComparison.Ordinal), "the guide");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[0]}") };
        var answers = new HashSet<string>();
        for (var i = 0; i < 4; i++)
            answers.Add(await client.GetStringAsync("/", TestContext.Current.CancellationToken));
        var children = ProcessesThatMention(ports);
        quickStart.Signal(Signal.Interrupt);
        var exitCode = await quickStart.ExitWithAllOutputAsync();

        Assert.Equal(["backend-1\n", "backend-2\n"], answers.Order());
        Assert.Equal(0, exitCode);
        Assert.Contains($"curl -s http://127.0.0.1:{ports[0]}/", quickStart.Output.Text, StringComparison.Ordinal);
        Assert.Contains($"curl -s http://127.0.0.1:{ports[1]}/metrics", quickStart.Output.Text, StringComparison.Ordinal);
        Assert.Contains("Gateway stopped", quickStart.Output.Text, StringComparison.Ordinal);
        Assert.Contains("the gateway has stopped, exit code 0", quickStart.Output.Text, StringComparison.Ordinal);
        Assert.NotEmpty(children);
        Assert.Empty(ProcessesThatMention(ports));
    }

    [Fact]
    public async Task QuickStart_Killed_LeavesNothingBehind()
    {
        var ports = TakePorts(4);
        await using var quickStart = ProgramProcess.Start(Start(
            "--gateway-port", $"{ports[0]}", "--management-port", $"{ports[1]}", "--backend-ports", $"{ports[2]},{ports[3]}"));
        await quickStart.Output.WaitForAsync(line => line.Text.Contains("Ctrl+C ends everything", StringComparison.Ordinal), "the guide");

        quickStart.Signal(Signal.Kill);

        await Wait.UntilAsync(() => ProcessesThatMention(ports).Count == 0, "the gateway and the backends have gone");
    }

    [Fact]
    public async Task QuickStart_PortTaken_SaysWhichAndExits1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await ProgramProcess.RunAsync(Start("--gateway-port", $"{port}", "--backend-ports", "1,2"));

        GatewayCommand.AssertNoStackTrace(result);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"port {port} for the gateway is taken", result.Error, StringComparison.Ordinal);
    }

    private static ProgramStart Start(params IEnumerable<string> arguments) => ProgramStart.OfAssembly(BuildOutput.QuickStart, arguments);

    // Command lines name the ports, and no two test runs have the same ones at the same time.
    private static IReadOnlyList<string> ProcessesThatMention(int[] ports)
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "The system has no /proc to find processes in.");
        return [.. Directory.EnumerateDirectories("/proc")
            .Where(directory => int.TryParse(Path.GetFileName(directory), out var id) && id != Environment.ProcessId)
            .Select(CommandLine)
            .Where(line => line.Contains("gateway.dll", StringComparison.Ordinal) || line.Contains("backend.dll", StringComparison.Ordinal))
            .Where(line => ports.Any(port => line.Contains($"{port}", StringComparison.Ordinal)))];
    }

    private static string CommandLine(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return "";
        }
    }

    private static int[] TakePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, listener => listener.Dispose());
        return ports;
    }
}
