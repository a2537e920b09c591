using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Draining.Handover;

/// <summary>Counts who listens on a port, in whichever process, by the kernel's own table.</summary>
internal static class PortGroup
{
    private const string Listening = "0A";

    /// <summary>The listeners of this very address and port; 0 where the kernel does not tell.</summary>
    public static int Count(IPEndPoint endpoint)
    {
        try
        {
            return Count(File.ReadLines(endpoint.AddressFamily == AddressFamily.InterNetwork ? "/proc/net/tcp" : "/proc/net/tcp6"), endpoint);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Counts in lines of the form of proc_net_tcp(5).</summary>
    public static int Count(IEnumerable<string> table, IPEndPoint endpoint)
    {
        var local = Written(endpoint);
        // Listeners come first; what follows are as many lines as there are connections.
        return table.Skip(1).Select(static line => line.Split(' ', 5, StringSplitOptions.RemoveEmptyEntries))
            .TakeWhile(static columns => columns is [_, _, _, Listening, ..])
            .Count(columns => columns[1] == local);
    }

    // The address as the machine's own words of 32 bits, the port as a number.
    private static string Written(IPEndPoint endpoint)
    {
        var bytes = endpoint.Address.GetAddressBytes();
        var words = Enumerable.Range(0, bytes.Length / sizeof(uint)).Select(word => BitConverter.ToUInt32(bytes, word * sizeof(uint)).ToString("X8", CultureInfo.InvariantCulture));
        return $"{string.Concat(words)}:{endpoint.Port:X4}";
    }
}
