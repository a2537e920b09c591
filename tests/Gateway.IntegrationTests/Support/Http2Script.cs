using System.Buffers.Binary;

namespace Gateway.IntegrationTests.Support;

/// <summary>A backend that speaks just enough HTTP/2 (RFC 9113) to turn requests away.</summary>
internal static class Http2Script
{
    private const int PrefaceLength = 24;
    private const int FrameHeaderLength = 9;
    private const byte Headers = 1, RstStream = 3, Settings = 4, GoAway = 7;
    private const byte Ack = 1;
    private const int RefusedStream = 7;

    /// <summary>Answers every request with RST_STREAM, REFUSED_STREAM: it was not processed.</summary>
    public static Func<ScriptedConnection, Task> RefuseStreams(Action arrived) => connection => ServeAsync(connection, async stream =>
    {
        arrived();
        await connection.SendAsync(Frame(RstStream, 0, stream, Number(RefusedStream)));
        return true;
    });

    /// <summary>Answers the first request of each connection with GOAWAY, none processed, and closes.</summary>
    public static Func<ScriptedConnection, Task> GoAwayAtOnce(Action arrived) => connection => ServeAsync(connection, async _ =>
    {
        arrived();
        await connection.SendAsync(Frame(GoAway, 0, 0, [.. Number(0), .. Number(0)]));
        return false;
    });

    /// <summary>Closes the connection on the first request.</summary>
    public static Func<ScriptedConnection, Task> CloseOnRequest(Action arrived) => connection => ServeAsync(connection, _ =>
    {
        arrived();
        return Task.FromResult(false);
    });

    private static async Task ServeAsync(ScriptedConnection connection, Func<int, Task<bool>> onRequest)
    {
        await connection.ReadExactlyAsync(PrefaceLength);
        await connection.SendAsync(Frame(Settings, 0, 0, []));
        while (true)
        {
            var header = await connection.ReadExactlyAsync(FrameHeaderLength);
            var length = (header[0] << 16) | (header[1] << 8) | header[2];
            await connection.ReadExactlyAsync(length);
            if (header[3] == Settings && header[4] != Ack)
                await connection.SendAsync(Frame(Settings, Ack, 0, []));
            else if (header[3] == Headers && !await onRequest(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5))))
                return;
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, .. Number(stream), .. payload];

    private static byte[] Number(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
