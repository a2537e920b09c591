using System.Buffers.Binary;
using System.Text;

namespace Gateway.IntegrationTests.Support;

/// <summary>Frames of HTTP/2 (RFC 9113), right or wrong, as bytes.</summary>
internal static class Http2Frames
{
    public const byte DataType = 0, HeadersType = 1, ResetType = 3, SettingsType = 4, PingType = 6, GoAwayType = 7, WindowUpdateType = 8;
    public const byte EndStream = 1, Ack = 1, EndHeaders = 4;
    public const int HeaderLength = 9;
    public const int NoError = 0, InternalError = 2, RefusedStream = 7, Cancel = 8;

    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>How a client begins a connection.</summary>
    public static byte[] Opening => [.. Preface, .. Settings()];

    public static byte[] Frame(byte type, byte flags, int stream, params ReadOnlySpan<byte> payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, .. Number(stream), .. payload];

    public static byte[] Settings(params IReadOnlyList<(short Id, int Value)> settings) =>
        Frame(SettingsType, 0, 0, [.. settings.SelectMany(setting => (byte[])[(byte)(setting.Id >> 8), (byte)setting.Id, .. Number(setting.Value)])]);

    /// <summary>The head of a request, with <paramref name="fields"/> as they are.</summary>
    public static byte[] Request(int stream, string method, bool ends, params IReadOnlyList<(string Name, string Value)> fields) =>
        Headers(stream, ends, [(":method", method), (":scheme", "http"), (":path", "/x"), (":authority", "x"), .. fields]);

    public static byte[] Headers(int stream, bool ends, params IReadOnlyList<(string Name, string Value)> fields) =>
        Frame(HeadersType, (byte)(EndHeaders | (ends ? EndStream : 0)), stream, [.. fields.SelectMany(field => (byte[])[0, .. Text(field.Name), .. Text(field.Value)])]);

    public static byte[] Data(int stream, string data, bool ends = false) => Frame(DataType, ends ? EndStream : (byte)0, stream, Encoding.Latin1.GetBytes(data));

    public static byte[] Reset(int stream, int code) => Frame(ResetType, 0, stream, Number(code));

    public static byte[] GoAway(int lastStream, int code = NoError) => Frame(GoAwayType, 0, 0, [.. Number(lastStream), .. Number(code)]);

    public static byte[] WindowUpdate(int stream, int bytes) => Frame(WindowUpdateType, 0, stream, Number(bytes));

    public static byte[] Ping() => Frame(PingType, 0, 0, new byte[8]);

    public static byte[] Number(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    // RFC 7541 §5.2, without Huffman.
    private static byte[] Text(string text)
    {
        List<byte> bytes = [];
        var length = text.Length;
        if (length < 127)
        {
            bytes.Add((byte)length);
        }
        else
        {
            bytes.Add(127);
            for (length -= 127; length >= 128; length >>= 7)
                bytes.Add((byte)(length | 128));
            bytes.Add((byte)length);
        }
        return [.. bytes, .. Encoding.Latin1.GetBytes(text)];
    }
}
