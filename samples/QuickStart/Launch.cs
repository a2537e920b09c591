using System.Diagnostics;
using System.Runtime.InteropServices;

namespace QuickStart;

/// <summary>Starts processes so that a signal reaches them only through us, and none is left when we are gone.</summary>
internal static class Launch
{
    private const int SigTerm = 15;

    /// <summary>
    /// Ctrl+C goes to everything in the terminal's foreground, but the gateway must go first, and a second signal would
    /// cut its drain short: hence a session of its own, or deaf ears where there is no setsid. Our end of the standard
    /// input closes however we end, even killed; then the shell that waits for a line from it stops the process.
    /// </summary>
    private const string Script = """
        exec 3<&0 </dev/null
        ( trap '' TERM INT QUIT HUP; read -r line <&3 || kill -TERM $$ ) >/dev/null 2>&1 &
        if command -v setsid >/dev/null 2>&1; then exec setsid "$@" 3<&-; fi
        trap '' INT QUIT HUP
        exec "$@" 3<&-
        """;

    public static ProcessStartInfo Prepare(IReadOnlyList<string> command)
    {
        IReadOnlyList<string> line = OperatingSystem.IsWindows() ? command : ["/bin/sh", "-c", Script, "sh", .. command];
        return new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    public static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows())
            process.Kill(entireProcessTree: true);
        else
            _ = Kill(process.Id, SigTerm);
    }

    /// <summary>Lets the waiting shell of a process that has ended go, before the system gives its id to another.</summary>
    public static void Release(Process process)
    {
        try
        {
            process.StandardInput.WriteLine();
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has gone already.
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
