using System.Diagnostics;

namespace QuickStart;

/// <summary>A process whose output is passed on line by line under its name, and which doesn't outlive this one.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        Id = process.Id;
        Ended = PassOnAsync();
    }

    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code when the process has ended and its last line was passed on.</summary>
    public Task<int> Ended { get; }

    /// <summary>Completes when the process has written that it listens.</summary>
    public Task Announced => _announced.Task;

    public static ChildProcess Start(string name, string assembly, params IReadOnlyList<string> arguments)
    {
        var process = Process.Start(Launch.Prepare([BuildOutput.DotNet, assembly, .. arguments]))
            ?? throw new QuickStartException($"{name} could not be started.");
        return new ChildProcess(name, process);
    }

    /// <summary>Asks the process to stop.</summary>
    public void Terminate()
    {
        if (!Ended.IsCompleted && !_process.HasExited)
            Launch.Terminate(_process);
    }

    /// <summary>Asks the process to stop, and ends it when it has not after <paramref name="patience"/>.</summary>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        Terminate();
        try
        {
            return await Ended.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            Output.Say($"{Name} does not stop; killing it.");
            _process.Kill(entireProcessTree: true);
            return await Ended;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private async Task<int> PassOnAsync()
    {
        var lines = Task.WhenAll(PassOnAsync(_process.StandardOutput), PassOnAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        Launch.Release(_process);
        // Somebody whom the process started may hold its output open; that is no reason to wait for long.
        await Task.WhenAny(lines, Task.Delay(TimeSpan.FromSeconds(2)));
        return _process.ExitCode;
    }

    private async Task PassOnAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            Output.PassOn(Name, line);
            if (line.Contains(" listening on ", StringComparison.Ordinal))
                _announced.TrySetResult();
        }
    }
}
