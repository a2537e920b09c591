using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Telemetry;

/// <summary>One JSON object a line; durations are in seconds. No value of a request can end the line: all are escaped.</summary>
internal sealed class AccessLogJsonLines(Utf8JsonWriter json, IReadOnlyList<AccessLogField> fields, ClientAddressText clients) : IAccessLogLines
{
    private readonly AccessLogField[] _fields = [.. fields];

    /// <summary>For the writer: leaves quotes of HTML alone, and escapes controls, lone surrogates and every separator of lines.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public void Write(ArrayBufferWriter<byte> buffer, in AccessLogEntry entry, AccessLogClock clock)
    {
        json.Reset(buffer);
        json.WriteStartObject();
        foreach (var field in _fields)
            Write(field, entry, clock);
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
    }

    private void Write(AccessLogField field, in AccessLogEntry entry, AccessLogClock clock)
    {
        var name = AccessLogFields.NameOf(field);
        switch (field)
        {
            case AccessLogField.Time: json.WriteString(name, clock.TimeOf(entry.Ended)); break;
            case AccessLogField.Method: json.WriteString(name, entry.Method); break;
            case AccessLogField.Host: json.WriteString(name, entry.Host); break;
            case AccessLogField.Path: json.WriteString(name, entry.Path); break;
            case AccessLogField.Protocol: json.WriteString(name, entry.Protocol); break;
            case AccessLogField.Status: json.WriteNumber(name, entry.Status); break;
            case AccessLogField.BytesIn: json.WriteNumber(name, entry.BytesIn); break;
            case AccessLogField.BytesOut: json.WriteNumber(name, entry.BytesOut); break;
            case AccessLogField.Duration: WriteSeconds(name, clock.Between(entry.Started, entry.Ended)); break;
            case AccessLogField.UpstreamDuration: WriteSeconds(name, entry.UpstreamDuration); break;
            case AccessLogField.Route: json.WriteString(name, entry.Route); break;
            case AccessLogField.Cluster: json.WriteString(name, entry.Cluster); break;
            case AccessLogField.Destination: json.WriteString(name, entry.Destination); break;
            case AccessLogField.Attempts: json.WriteNumber(name, entry.Attempts); break;
            case AccessLogField.Gate when entry.Gate is not null: json.WriteString(name, entry.Gate); break;
            case AccessLogField.Aborted when entry.Aborted: json.WriteBoolean(name, true); break;
            case AccessLogField.Client: WriteClient(name, entry); break;
            case AccessLogField.TraceId: WriteTraceId(name, entry); break;
        }
    }

    // A decimal of whole microseconds: exact, and written without the search for a double's shortest digits.
    private void WriteSeconds(JsonEncodedText name, TimeSpan? time)
    {
        if (time is not { } known)
            return;
        var microseconds = known.Ticks / TimeSpan.TicksPerMicrosecond;
        json.WriteNumber(name, new decimal((int)microseconds, (int)(microseconds >> 32), 0, isNegative: false, scale: 6));
    }

    private void WriteClient(JsonEncodedText name, in AccessLogEntry entry)
    {
        Span<byte> text = stackalloc byte[ClientAddressText.Longest];
        json.WriteString(name, text[..clients.Write(entry.Client, text)]);
    }

    private void WriteTraceId(JsonEncodedText name, in AccessLogEntry entry)
    {
        Span<char> text = stackalloc char[32];
        entry.Trace.WriteTraceId(text);
        json.WriteString(name, text);
    }
}
