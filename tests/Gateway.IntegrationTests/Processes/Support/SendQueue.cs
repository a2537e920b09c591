using System.Globalization;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>What the system holds of bytes that the other side has not taken yet.</summary>
internal static class SendQueue
{
    private const string Table = "/proc/net/tcp";

    public static bool IsKnown => File.Exists(Table);

    public static long OfConnectionsAt(int port)
    {
        var local = $":{port:X4}";
        return File.ReadLines(Table).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(local, StringComparison.Ordinal))
            .Sum(fields => long.Parse(fields[4].Split(':')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
