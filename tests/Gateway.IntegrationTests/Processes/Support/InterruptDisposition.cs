using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>
/// A shell starts what stands in its background with SIGINT ignored, every process below inherits that, and .NET
/// respects it: a gateway that a test interrupts would hear nothing. So the tests begin with the default disposition.
/// </summary>
internal static class InterruptDisposition
{
    private const int Interrupt = (int)Signal.Interrupt;
    private const nint Default = 0;

    /// <summary>Whether this process ignores SIGINT, and so will those that it starts.</summary>
    public static bool IsIgnored => OperatingSystem.IsLinux() && (IgnoredSignals() & (1UL << (Interrupt - 1))) != 0;

    [ModuleInitializer]
    internal static void Restore()
    {
        // Only then: the runtime's own handler must stay where there is one.
        if (IsIgnored)
            SetHandler(Interrupt, Default);
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
