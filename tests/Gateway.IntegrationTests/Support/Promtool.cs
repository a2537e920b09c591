using System.ComponentModel;
using System.Diagnostics;

namespace Gateway.IntegrationTests.Support;

/// <summary>Prometheus' own checker, of Debian's package prometheus. A test that needs it is skipped where it is missing.</summary>
internal static class Promtool
{
    /// <summary>What the checker says of a scrape in the text format; nothing when all is well.</summary>
    public static async Task<string> CheckMetricsAsync(string text)
    {
        using var process = Start("check", "metrics");
        var complaints = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Bounds.Token), process.StandardError.ReadToEndAsync(Bounds.Token));
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Bounds.Token);
        var said = string.Concat(await complaints);
        return process.ExitCode == 0 ? said : $"exit code {process.ExitCode}: {said}";
    }

    private static Process Start(params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("promtool is not installed (Debian: apt-get install prometheus), so Prometheus' own check of the scrape is left out.");
            throw;
        }
    }
}
