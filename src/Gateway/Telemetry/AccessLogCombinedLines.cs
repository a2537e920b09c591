using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Unicode;

namespace Gateway.Telemetry;

/// <summary>
/// Apache's combined log format: <c>%h %l %u %t "%r" %&gt;s %b "%{Referer}i" "%{User-Agent}i"</c>, times in UTC,
/// targets and referers without a query.
/// </summary>
internal sealed class AccessLogCombinedLines(ClientAddressText clients) : IAccessLogLines
{
    public void Write(ArrayBufferWriter<byte> buffer, in AccessLogEntry entry, AccessLogClock clock)
    {
        WriteClient(buffer, entry);
        buffer.Write(" - - ["u8);
        WriteTime(buffer, clock.TimeOf(entry.Started));
        buffer.Write("] \""u8);
        WriteEscaped(buffer, entry.Method);
        buffer.Write(" "u8);
        // Another format may have been in force when the request ended; its path is what there is then.
        WriteEscaped(buffer, entry.Target ?? entry.Path);
        buffer.Write(" "u8);
        WriteEscaped(buffer, VersionOf(entry.Protocol));
        buffer.Write("\" "u8);
        WriteNumber(buffer, entry.Status);
        buffer.Write(" "u8);
        if (entry.BytesOut == 0)
            buffer.Write("-"u8);
        else
            WriteNumber(buffer, entry.BytesOut);
        WriteHeader(buffer, entry.Referer);
        WriteHeader(buffer, entry.UserAgent);
        buffer.Write("\n"u8);
    }

    // Apache names the later versions with their zero.
    private static string VersionOf(string protocol) => protocol switch
    {
        "HTTP/2" => "HTTP/2.0",
        "HTTP/3" => "HTTP/3.0",
        _ => protocol,
    };

    private void WriteClient(ArrayBufferWriter<byte> buffer, in AccessLogEntry entry)
    {
        var length = clients.Write(entry.Client, buffer.GetSpan(ClientAddressText.Longest));
        buffer.Advance(length);
        if (length == 0)
            buffer.Write("-"u8);
    }

    private static void WriteTime(ArrayBufferWriter<byte> buffer, DateTimeOffset time)
    {
        time.ToUniversalTime().TryFormat(buffer.GetSpan(32), out var length, "dd/MMM/yyyy:HH:mm:ss +0000", CultureInfo.InvariantCulture);
        buffer.Advance(length);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> buffer, long number)
    {
        Utf8Formatter.TryFormat(number, buffer.GetSpan(20), out var length);
        buffer.Advance(length);
    }

    private static void WriteHeader(ArrayBufferWriter<byte> buffer, string? value)
    {
        buffer.Write(" \""u8);
        if (string.IsNullOrEmpty(value))
            buffer.Write("-"u8);
        else
            WriteField(buffer, value);
        buffer.Write("\""u8);
    }

    // A field's characters are its bytes; a mark of ours, such as that of a cut, is not.
    private static void WriteField(ArrayBufferWriter<byte> buffer, string value)
    {
        foreach (var c in value)
        {
            if (c <= byte.MaxValue)
                WriteEscaped(buffer, (byte)c);
            else
                WriteEscaped(buffer, c.ToString());
        }
    }

    // As Apache's documentation has it: a backslash before quotes and backslashes, white space as in C, all else that is not printable as \xhh.
    private static void WriteEscaped(ArrayBufferWriter<byte> buffer, string text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var one in utf8[..rune.EncodeToUtf8(utf8)])
                WriteEscaped(buffer, one);
        }
    }

    private static void WriteEscaped(ArrayBufferWriter<byte> buffer, byte one)
    {
        switch (one)
        {
            case (byte)'"': buffer.Write("\\\""u8); break;
            case (byte)'\\': buffer.Write("\\\\"u8); break;
            case (byte)'\b': buffer.Write("\\b"u8); break;
            case (byte)'\n': buffer.Write("\\n"u8); break;
            case (byte)'\r': buffer.Write("\\r"u8); break;
            case (byte)'\t': buffer.Write("\\t"u8); break;
            case (byte)'\v': buffer.Write("\\v"u8); break;
            case < 0x20 or >= 0x7f: WriteHex(buffer, one); break;
            default: buffer.Write([one]); break;
        }
    }

    private static void WriteHex(ArrayBufferWriter<byte> buffer, byte one)
    {
        Utf8.TryWrite(buffer.GetSpan(4), CultureInfo.InvariantCulture, $"\\x{one:x2}", out var length);
        buffer.Advance(length);
    }
}
