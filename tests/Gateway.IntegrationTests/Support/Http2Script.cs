using System.Buffers.Binary;
using static Gateway.IntegrationTests.Support.Http2Frames;

namespace Gateway.IntegrationTests.Support;

/// <summary>A backend that speaks just enough HTTP/2 (RFC 9113) to turn requests away.</summary>
internal static class Http2Script
{
    /// <summary>Answers every request with RST_STREAM, REFUSED_STREAM: it was not processed.</summary>
    public static Func<ScriptedConnection, Task> RefuseStreams(Action arrived) => connection => ServeAsync(connection, async stream =>
    {
        arrived();
        await connection.SendAsync(Reset(stream, RefusedStream));
        return true;
    });

    /// <summary>Answers the first request of each connection with GOAWAY, none processed, and closes.</summary>
    public static Func<ScriptedConnection, Task> GoAwayAtOnce(Action arrived) => connection => ServeAsync(connection, async _ =>
    {
        arrived();
        await connection.SendAsync(GoAway(lastStream: 0));
        return false;
    });

    /// <summary>Closes the connection on the first request.</summary>
    public static Func<ScriptedConnection, Task> CloseOnRequest(Action arrived) => connection => ServeAsync(connection, _ =>
    {
        arrived();
        return Task.FromResult(false);
    });

    /// <summary>Closes the connection after the first request, when it is let.</summary>
    public static Func<ScriptedConnection, Task> CloseWhen(SyncPoint told) => connection => ServeAsync(connection, async _ =>
    {
        await told.PassAsync(connection.Stopping);
        return false;
    });

    /// <summary>Closes the connection when so many requests are on it.</summary>
    public static Func<ScriptedConnection, Task> CloseOnRequestNumber(int last) => connection =>
    {
        var arrived = 0;
        return ServeAsync(connection, _ => Task.FromResult(++arrived < last));
    };

    /// <summary>Does <paramref name="way"/> to the first requests, and answers those after them with what they sent.</summary>
    public static Func<ScriptedConnection, Task> TurnAwayThenServe(string way, int turnedAway, Action arrived)
    {
        var left = turnedAway;
        return connection => ServeAsync(connection, async (stream, body) =>
        {
            if (body is null)
            {
                arrived();
                if (Interlocked.Decrement(ref left) < 0)
                    return true;
                await connection.SendAsync(way == "go away" ? GoAway(lastStream: 0) : Reset(stream, RefusedStream));
                return way != "go away";
            }
            if (Volatile.Read(ref left) < 0)
                await connection.SendAsync([.. Headers(stream, ends: false, (":status", "200")), .. Frame(DataType, EndStream, stream, body)]);
            return true;
        });
    }

    /// <summary>Answers the head of each request with <paramref name="frames"/> and reads on.</summary>
    public static Func<ScriptedConnection, Task> AnswerAtOnce(Func<int, byte[]> frames) => connection => ServeAsync(connection, async (stream, body) =>
    {
        if (body is null)
            await connection.SendAsync(frames(stream));
        return true;
    });

    private static Task ServeAsync(ScriptedConnection connection, Func<int, Task<bool>> onHead) =>
        ServeAsync(connection, (stream, body) => body is null ? onHead(stream) : Task.FromResult(true));

    // Called with a request's head, and again with its body when that is whole.
    private static async Task ServeAsync(ScriptedConnection connection, Func<int, byte[]?, Task<bool>> onRequest)
    {
        await connection.ReadExactlyAsync(Preface.Length);
        await connection.SendAsync(Settings());
        var bodies = new Dictionary<int, List<byte>>();
        while (true)
        {
            var header = await connection.ReadExactlyAsync(HeaderLength);
            var payload = await connection.ReadExactlyAsync((header[0] << 16) | (header[1] << 8) | header[2]);
            var stream = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
            if (header[3] == SettingsType && header[4] != Ack)
                await connection.SendAsync(Frame(SettingsType, Ack, 0));
            if (header[3] == HeadersType && !await onRequest(stream, null))
                return;
            if (header[3] is not (HeadersType or DataType))
                continue;
            var body = bodies.TryGetValue(stream, out var begun) ? begun : bodies[stream] = [];
            if (header[3] == DataType)
                body.AddRange(payload);
            if ((header[4] & EndStream) != 0 && !await onRequest(stream, [.. body]))
                return;
        }
    }
}
