namespace QuickStart;

/// <summary>A backend that can be stopped and started again. Not safe to use from several threads.</summary>
internal sealed class Backend(int number, int port) : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private ChildProcess? _process;

    public string Name { get; } = $"backend-{number}";

    public int Number => number;

    public int Port => port;

    public int? ProcessId => _process?.Id;

    public Uri Address { get; } = new($"http://127.0.0.1:{port}/");

    public async Task StartAsync()
    {
        var process = ChildProcess.Start(Name, BuildOutput.Backend, "--port", $"{port}", "--name", Name);
        _process = process;
        await Task.WhenAny(process.Announced, process.Ended, Task.Delay(StartPatience));
        if (process.Ended.IsCompleted)
            throw new QuickStartException($"{Name} ended with exit code {await process.Ended} before it was ready; its output stands above.");
        if (!process.Announced.IsCompleted)
            throw new QuickStartException($"{Name} was not ready within {StartPatience.TotalSeconds:0} s.");
        _ = TellEndAsync(process);
    }

    /// <summary>Stops it when it runs, else starts it.</summary>
    public async Task ToggleAsync()
    {
        if (_process is { Ended.IsCompleted: false })
        {
            await DisposeAsync();
            Output.Say($"{Name} is stopped. Type {number} and Enter to start it again.");
            return;
        }

        await DisposeAsync();
        await StartAsync();
        Output.Say($"{Name} runs again, process {_process?.Id}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
            await process.DisposeAsync();
    }

    private async Task TellEndAsync(ChildProcess process)
    {
        var exitCode = await process.Ended;
        if (ReferenceEquals(_process, process))
            Output.Say($"{Name} is gone (exit code {exitCode}). Type {number} and Enter to start it again.");
    }
}
