using System.Diagnostics;

namespace Gateway.Benchmarks.Reload;

/// <summary>The gateway as a process. Disposing ends it.</summary>
internal sealed class GatewayUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly Process _process;

    private GatewayUnderTest(Process process) => _process = process;

    /// <summary>Resident memory in MiB.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    public static GatewayUnderTest Start(string assembly, params IReadOnlyList<string> arguments)
    {
        // Output that nobody reads would hold up whoever writes it.
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process);
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks again and again until the answer is the wanted one; how long that took.</summary>
    public async Task<TimeSpan> UntilAsync(HttpClient client, Uri address, Func<HttpResponseMessage, bool> wanted, long since)
    {
        while (Stopwatch.GetElapsedTime(since) < Patience && !_process.HasExited)
        {
            try
            {
                using var response = await client.GetAsync(address);
                if (wanted(response))
                    return Stopwatch.GetElapsedTime(since);
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(5);
        }
        throw new InvalidOperationException(_process.HasExited ? "The gateway ended." : $"Not within {Patience}: {address}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
