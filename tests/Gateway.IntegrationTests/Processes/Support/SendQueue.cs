using System.Globalization;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>What the system holds of bytes that the other side has not taken yet.</summary>
internal static class SendQueue
{
    private const string Table = "/proc/net/tcp";

    public static bool IsKnown => File.Exists(Table);

    /// <summary>The bytes that the connections of a listener still have to send or to have acknowledged.</summary>
    public static long OfConnectionsAt(int port) => Rows().Where(row => row.Local == port).Sum(row => row.Unsent);

    /// <summary>The bytes on their way from one port to another that the reader has not taken, on both sides.</summary>
    public static long Between(int from, int to) =>
        Rows().Sum(row => (row.Local, row.Remote) == (from, to) ? row.Unsent : (row.Local, row.Remote) == (to, from) ? row.Unread : 0);

    private static IEnumerable<(int Local, int Remote, long Unsent, long Unread)> Rows() =>
        from line in File.ReadLines(Table).Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let queues = fields[4].Split(':')
        select (Port(fields[1]), Port(fields[2]), Hex(queues[0]), Hex(queues[1]));

    private static int Port(string address) => (int)Hex(address.Split(':')[1]);

    private static long Hex(string digits) => long.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
