using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>How to start a program.</summary>
internal sealed record ProgramStart(string File, params IReadOnlyList<string> Arguments)
{
    public string WorkingDirectory { get; init; } = Path.GetTempPath();

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public ProgramStart In(string directory) => this with { WorkingDirectory = directory };

    public ProgramStart With(string variable, string value) => this with { Environment = new Dictionary<string, string> { [variable] = value } };

    /// <summary>A program that is an assembly, on the .NET that runs these tests.</summary>
    public static ProgramStart OfAssembly(string assembly, params IEnumerable<string> arguments) => new(BuildOutput.DotNet, [assembly, .. arguments]);
}

/// <summary>A real process, its output read line by line. Disposing ends it.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    // What the test run's own surroundings say must not configure the programs under test.
    private static readonly string[] NotInherited =
        ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS"];

    private readonly Process _process;
    private readonly Task _reading;

    private ProgramProcess(Process process)
    {
        _process = process;
        var name = $"process {process.Id}";
        (Output, Error) = (new OutputLines(name), new OutputLines(name));
        _reading = Task.WhenAll(Output.ReadAsync(process.StandardOutput), Error.ReadAsync(process.StandardError));
        Exit = ExitAsync();
    }

    public int Id => _process.Id;

    public OutputLines Output { get; }

    public OutputLines Error { get; }

    /// <summary>Completes with the exit code as soon as the process is gone.</summary>
    public Task<int> Exit { get; }

    public static ProgramProcess Start(ProgramStart start)
    {
        var info = new ProcessStartInfo(start.File, start.Arguments)
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in NotInherited.Concat(info.Environment.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)).ToList()))
            info.Environment.Remove(name);
        info.Environment["DOTNET_ROOT"] = BuildOutput.DotNetRoot;
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        return new ProgramProcess(Process.Start(info)!);
    }

    /// <summary>Runs a program to its end and reads all that it writes.</summary>
    public static async Task<ProgramResult> RunAsync(ProgramStart start)
    {
        await using var process = Start(start);
        var exitCode = await process.Exit.Soon();
        await process._reading.Soon();
        return new ProgramResult(exitCode, process.Output.Text, process.Error.Text);
    }

    public void Signal(Signal signal) => Assert.Equal(0, Kill(Id, (int)signal));

    /// <summary>Signals it unless it is gone.</summary>
    public void TrySignal(Signal signal) => _ = Kill(Id, (int)signal);

    public async Task<int> ExitWithAllOutputAsync()
    {
        var exitCode = await Exit.Soon();
        await _reading.Soon();
        return exitCode;
    }

    /// <summary>Closes our end of its standard output, as a reader that has gone away does.</summary>
    public void CloseOutput()
    {
        Output.StopReading();
        _process.StandardOutput.BaseStream.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await Exit;
        _process.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}

/// <summary>What a program left behind.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    public string Everything => $"{Output}\n{Error}";
}

/// <summary>Signals that a program is sent; the same numbers on every Unix.</summary>
public enum Signal
{
    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}
