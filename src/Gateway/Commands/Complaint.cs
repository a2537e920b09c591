using System.Security.Cryptography;
using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary>Tells on standard error, in words and without a stack trace, what keeps a command from its work.</summary>
internal static class Complaint
{
    private const int Failed = 1;

    public static async Task<int> PrintAsync(FaultList faults)
    {
        var count = faults.All.Count;
        await Console.Error.WriteLineAsync($"gateway: the configuration has {count} fault{(count == 1 ? "" : "s")}:");
        foreach (var fault in faults.All)
            await Console.Error.WriteLineAsync($"  {fault}");
        return Failed;
    }

    public static async Task<int> PrintAsync(Exception error)
    {
        await Console.Error.WriteLineAsync($"gateway: {error.Message}");
        return Failed;
    }

    /// <summary>Whether an error at the start is about something that a user configured, and not a defect.</summary>
    public static bool IsOfUser(Exception error) =>
        error is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException or CryptographicException
            or ArgumentException or System.Net.Sockets.SocketException;
}
