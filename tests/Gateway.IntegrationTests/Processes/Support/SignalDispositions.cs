using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>
/// A shell starts what stands in its background with SIGINT and SIGQUIT ignored, nohup with SIGHUP. Every process below
/// inherits that, and .NET respects it: a gateway that a test signals would hear nothing. So the tests begin with the
/// default dispositions.
/// </summary>
internal static class SignalDispositions
{
    private const nint Default = 0;

    [ModuleInitializer]
    internal static void Restore()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var ignored = IgnoredSignals();
        foreach (var signal in (int[])[(int)Signal.Hangup, (int)Signal.Interrupt, (int)Signal.Quit])
        {
            // Only then: the runtime's own handler must stay where there is one.
            if ((ignored & (1UL << (signal - 1))) != 0)
                SetHandler(signal, Default);
        }
    }

    private static ulong IgnoredSignals()
    {
        const string Key = "SigIgn:";
        var line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith(Key, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(Key.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetHandler(int signal, nint handler);
}
