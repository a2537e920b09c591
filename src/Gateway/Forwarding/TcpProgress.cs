using System.Net.Sockets;

namespace Gateway.Forwarding;

/// <summary>What the kernel knows of a connection's bytes (Linux, <c>struct tcp_info</c>). Counted since the connection was begun.</summary>
/// <param name="IsKnown">Whether the kernel told; the numbers mean nothing otherwise.</param>
/// <param name="Acknowledged">The bytes that the other side's TCP has, as far as it said so. Our opening of the connection counts as one.</param>
/// <param name="Received">The bytes that came, read or not. The other side's orderly close counts as one.</param>
/// <param name="Sent">The bytes that left, those that left again included; as many as can be where an older kernel does not tell.</param>
internal readonly record struct TcpProgress(bool IsKnown, long Acknowledged, long Received, long Sent)
{
    // linux/tcp.h: TCP_INFO of IPPROTO_TCP. The structure only ever grows at its end.
    private const int Level = 6;
    private const int Name = 11;
    private const int AcknowledgedAt = 120;
    private const int ReceivedAt = 128;
    private const int SentAt = 200;

    /// <summary>Asks the kernel; never throws.</summary>
    public static TcpProgress Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return default;
        Span<byte> info = stackalloc byte[SentAt + sizeof(long)];
        try
        {
            return Read(info[..socket.GetRawSocketOption(Level, Name, info)]);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or PlatformNotSupportedException)
        {
            return default;
        }
    }

    internal static TcpProgress Read(ReadOnlySpan<byte> info) => info.Length < ReceivedAt + sizeof(long) ? default : new(
        IsKnown: true,
        BitConverter.ToInt64(info[AcknowledgedAt..]),
        BitConverter.ToInt64(info[ReceivedAt..]),
        info.Length < SentAt + sizeof(long) ? long.MaxValue : BitConverter.ToInt64(info[SentAt..]));
}
