using System.Security.Cryptography;
using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary>Tells on standard error, in words and without a stack trace, what keeps a command from its work.</summary>
internal static class Complaint
{
    private const int Failed = 1;

    /// <summary>Runs a command; what an operator can mend (a fault, a port that is taken, a certificate that cannot be read) is told in words.</summary>
    public static async Task<int> InsteadOfStackTraceAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (InvalidConfigurationException invalid)
        {
            return await PrintAsync(invalid.Faults);
        }
        catch (Exception error) when (IsOfUser(error))
        {
            return await PrintAsync(error);
        }
    }

    private static async Task<int> PrintAsync(FaultList faults)
    {
        var count = faults.All.Count;
        await Console.Error.WriteLineAsync($"gateway: the configuration has {count} fault{(count == 1 ? "" : "s")}:");
        foreach (var fault in faults.All)
            await Console.Error.WriteLineAsync($"  {fault}");
        return Failed;
    }

    private static async Task<int> PrintAsync(Exception error)
    {
        await Console.Error.WriteLineAsync($"gateway: {error.Message}");
        return Failed;
    }

    private static bool IsOfUser(Exception error) =>
        error is IOException or UnauthorizedAccessException or InvalidOperationException or NotSupportedException or FormatException or CryptographicException
            or ArgumentException or System.Net.Sockets.SocketException;
}
