using System.Diagnostics;
using System.Globalization;

namespace Gateway.Chaos.Backends;

/// <summary>
/// A sample backend as a process that is killed, stopped, paused and started again on the same port. For one caller
/// at a time. Disposing ends it.
/// </summary>
internal sealed class BackendProcess : IAsyncDisposable
{
    /// <summary>What takes longer than this on the slowest machine has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Stopping must not take longer than a request does.
    private const int Drain = 5_000;

    private readonly string _assembly;
    private readonly string _journal;
    private readonly int _controlPort = FreePorts.Next();
    private readonly HttpClient _control = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
    private Process? _process;

    public BackendProcess(string assembly, string name, string journal) => (_assembly, Name, _journal) = (assembly, name, journal);

    public string Name { get; }

    public int Port { get; } = FreePorts.Next();

    /// <summary>What it noted of requests since its first start.</summary>
    public string[] Journal => File.Exists(_journal) ? File.ReadAllLines(_journal) : [];

    /// <summary>Starts it; returns when it accepts connections.</summary>
    /// <param name="slowStart">How long it answers nothing.</param>
    public async Task StartAsync(TimeSpan slowStart = default)
    {
        string[] arguments =
        [
            _assembly, "--name", Name, "--port", Text(Port), "--control-port", Text(_controlPort), "--journal", _journal,
            "--drain", Text(Drain), "--slow-start", Text((int)slowStart.TotalMilliseconds),
        ];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        _process = process;
        // The line about the port for traffic is the first, and written when all ports are open.
        _ = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException($"{Name} does not start.");
    }

    /// <summary>SIGKILL: what it was at is lost, its connections are reset.</summary>
    public Task KillAsync() => EndAsync(PosixSignal.Kill);

    /// <summary>SIGTERM: it finishes what it is at.</summary>
    public Task StopAsync() => EndAsync(PosixSignal.Terminate);

    /// <summary>SIGSTOP: the system goes on to accept connections for it, and nothing is answered.</summary>
    public void Pause() => PosixSignals.Send(_process!.Id, PosixSignal.Stop);

    public void Resume() => PosixSignals.Send(_process!.Id, PosixSignal.Continue);

    /// <summary>Has it close connections unanswered.</summary>
    public Task DropAsync(bool on) => ControlAsync(on ? "drop?on=true" : "drop?on=false");

    /// <summary>Has it close kept-alive connections at random within so many milliseconds after an answer; 0: no more.</summary>
    public Task CloseIdleAsync(int within) => ControlAsync("close-idle?within=" + Text(within));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _control.Dispose();
    }

    private async Task EndAsync(PosixSignal signal)
    {
        var process = _process!;
        PosixSignals.Send(process.Id, signal);
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
        _process = null;
    }

    private async Task ControlAsync(string what)
    {
        using var response = await _control.PostAsync(new Uri($"http://127.0.0.1:{Text(_controlPort)}/_control/{what}"), content: null);
        response.EnsureSuccessStatusCode();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
