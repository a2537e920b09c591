using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Gateway.Chaos.Backends;

/// <summary>Signals by their numbers on Linux.</summary>
internal enum PosixSignal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>Sending them, which the runtime can only in part.</summary>
internal static class PosixSignals
{
    public static void Send(int process, PosixSignal signal)
    {
        if (Kill(process, (int)signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
