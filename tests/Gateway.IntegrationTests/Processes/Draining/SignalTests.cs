using System.Net;
using System.Security.Cryptography.X509Certificates;
using Gateway.IntegrationTests.Processes.Support;
using SelfSigned = Gateway.IntegrationTests.Support.SelfSigned;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>Signals that come when nobody expects them, and the one that does not mean the end.</summary>
public sealed class SignalTests
{
    private const int Endpoints = 200;

    // What the system reports of a program that SIGTERM ended before its runtime was there to handle it.
    private const int EndedBySystem = 128 + (int)Signal.Terminate;

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Quit)]
    public async Task Signal_BetweenTheListeners_EndsTheStartInOrder(Signal signal)
    {
        using var folder = new TemporaryFolder();
        // Many listeners take long enough for the signal to come while they are made.
        var listeners = Enumerable.Range(0, Endpoints).Select(i => $"--Kestrel:Endpoints:E{i}:Url=http://127.0.0.1:0");
        await using var process = Start(folder, ["--Gateway:Drain:Delay=00:01:00", .. listeners]);
        await process.Output.WaitForMessageAsync("Management listens on ");

        process.Signal(signal);
        var exitCode = await process.ExitWithAllOutputAsync();

        AssertEnded(process, exitCode, 0);
        Assert.Equal(["Shutdown initiated", "Requests served: 0", "Gateway stopped"], process.Output.Messages.Where(IsOfDrain));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(400)]
    [InlineData(500)]
    [InlineData(600)]
    [InlineData(800)]
    public async Task Signal_AtAnyMomentOfTheStart_EndsIt(int milliseconds)
    {
        using var folder = new TemporaryFolder();
        await using var process = Start(folder, []);

        // Wherever the start is by then: no moment is the wrong one.
        await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
        process.Signal(Signal.Terminate);
        var exitCode = await process.ExitWithAllOutputAsync();

        AssertEnded(process, exitCode, 0, EndedBySystem);
    }

    [Fact]
    public async Task Signals_ThatGoOnToTheEnd_ChangeNothingAboutIt()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        var gateway = setup.Gateway;

        gateway.Signal();
        while (!gateway.Exit.IsCompleted)
        {
            // A process that was just gone has no signal to be sent.
            gateway.Process.TrySignal(Signal.Terminate);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        AssertEnded(gateway.Process, await gateway.Process.ExitWithAllOutputAsync(), 0);
    }

    [Fact]
    public async Task Hangup_WhileServing_RereadsTheConfigurationAndServesOn()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        var gateway = setup.Gateway;

        gateway.Signal(Signal.Hangup);
        await gateway.Output.WaitForMessageAsync("Configuration reread, 1 stays in force: nothing changed");
        File.WriteAllText(gateway.ConfigFile, GatewayConfig.For(setup.Backend.Port, """ "Drain": { "Timeout": "00:00:07" } """));
        gateway.Signal(Signal.Hangup);
        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: ~settings");

        Assert.Equal(HttpStatusCode.OK, await gateway.StatusAsync(gateway.Traffic, "/"));
        Assert.Equal(0, await gateway.StopAsync());
    }

    [Fact]
    public async Task Hangup_AfterAFaultOutsideTheFileIsMended_AppliesWhatWasRejected()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        var gateway = setup.Gateway;
        var config = GatewayConfig.For(setup.Backend.Port).Replace("\"Endpoints\"", """ "Certificates": { "Other": { "Path": "other.pfx" } }, "Endpoints" """, StringComparison.Ordinal);
        File.WriteAllText(gateway.ConfigFile, config);
        await gateway.Output.WaitForMessageAsync("Configuration rejected, 1 stays in force: ");

        File.WriteAllBytes(gateway.Folder.File("other.pfx"), SelfSigned.Certificate.Export(X509ContentType.Pkcs12));
        gateway.Signal(Signal.Hangup);

        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: ~listeners");
    }

    private static ProgramProcess Start(TemporaryFolder folder, IEnumerable<string> arguments)
    {
        var file = folder.Write("gateway.json", GatewayConfig.For(1));
        return ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, ["--config", file, .. arguments]));
    }

    private static bool IsOfDrain(string message) => message is "Shutdown initiated" or "Gateway stopped"
        || message.StartsWith("Requests served", StringComparison.Ordinal) || message.StartsWith("Draining", StringComparison.Ordinal);

    private static void AssertEnded(ProgramProcess process, int exitCode, params int[] allowed)
    {
        Assert.Empty(process.Error.Text);
        Assert.DoesNotContain("Exception", process.Output.Text, StringComparison.Ordinal);
        Assert.Contains(exitCode, allowed);
    }
}
