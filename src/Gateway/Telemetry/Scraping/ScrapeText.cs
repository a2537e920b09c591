using System.Buffers;
using System.Text;

namespace Gateway.Telemetry.Scraping;

/// <summary>
/// Passes a scrape's text on as it is written, less the series that a save removed: the SDK keeps a
/// histogram for as long as it lives. One scrape, one thread at a time.
/// </summary>
/// <param name="live">What is still there.</param>
/// <param name="output">Where the text goes.</param>
/// <param name="hidesSpans">Whether examples are to name no span.</param>
internal sealed class ScrapeText(LiveIds live, IBufferWriter<byte> output, bool hidesSpans)
{
    private const int SpanIdLength = 16;

    private readonly ArrayBufferWriter<byte> _begun = new();
    private byte[] _labels = [];
    private bool _isLive = true;

    /// <summary>Takes the next part of the text, which may end within a line.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        var end = text.LastIndexOf((byte)'\n') + 1;
        if (end > 0 && _begun.WrittenCount > 0)
        {
            var rest = text.IndexOf((byte)'\n') + 1;
            _begun.Write(text[..rest]);
            WriteLines(_begun.WrittenSpan);
            _begun.ResetWrittenCount();
            text = text[rest..];
            end -= rest;
        }
        WriteLines(text[..end]);
        _begun.Write(text[end..]);
    }

    // What stays goes on in as few pieces as possible.
    private void WriteLines(ReadOnlySpan<byte> lines)
    {
        var kept = 0;
        for (int at = 0, next; at < lines.Length; at = next)
        {
            next = at + lines[at..].IndexOf((byte)'\n') + 1;
            var line = lines[at..next];
            if (!IsTold(line))
            {
                output.Write(lines[kept..at]);
                kept = next;
            }
            else if (hidesSpans && line.IndexOf(",span_id=\""u8) is var span and > 0)
            {
                output.Write(lines[kept..(at + span)]);
                kept = at + span + ",span_id=\"\"".Length + SpanIdLength;
            }
        }
        output.Write(lines[kept..]);
    }

    private bool IsTold(ReadOnlySpan<byte> line)
    {
        var isOurs = line.StartsWith("gateway_"u8);
        if ((!isOurs && !line.StartsWith("http_client_"u8)) || line.IndexOf((byte)'{') is not (var begin and > 0))
            return true;
        var labels = line[(begin + 1)..];
        // The lines of a histogram stand together, and differ in this last label alone.
        var le = labels.IndexOf("le=\""u8);
        labels = le >= 0 ? labels[..le].TrimEnd((byte)',') : labels[..Math.Max(0, labels.LastIndexOf("} "u8))];
        if (!labels.SequenceEqual(_labels))
            (_labels, _isLive) = (labels.ToArray(), isOurs ? AreLive(labels) : IsLiveBackend(labels));
        return _isLive;
    }

    private bool AreLive(ReadOnlySpan<byte> labels) => live.Have(Value(labels, "route=\""u8), Value(labels, "cluster=\""u8), Value(labels, "destination=\""u8));

    private bool IsLiveBackend(ReadOnlySpan<byte> labels)
    {
        var (host, port) = (Value(labels, "server_address=\""u8), Value(labels, "server_port=\""u8));
        return host.Length == 0 || port.Length == 0 || live.HaveBackend(host, port);
    }

    // The value of a label; empty where it is not there.
    private static string Value(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> name)
    {
        while (labels.Length > 0)
        {
            var begin = labels.IndexOf("=\""u8) + 2;
            var length = LengthOf(labels[begin..]);
            if (labels[..begin].SequenceEqual(name))
                return Unescape(Encoding.UTF8.GetString(labels.Slice(begin, length)));
            labels = labels[Math.Min(labels.Length, begin + length + "\",".Length)..];
        }
        return "";
    }

    // Up to the quote that ends the value; those within are escaped.
    private static int LengthOf(ReadOnlySpan<byte> value)
    {
        var at = 0;
        while (at < value.Length && value[at] != '"')
            at += value[at] == '\\' ? 2 : 1;
        return Math.Min(at, value.Length);
    }

    private static string Unescape(string value) => !value.Contains('\\', StringComparison.Ordinal) ? value
        : value.Replace("\\\\", "\0", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace("\\n", "\n", StringComparison.Ordinal).Replace("\0", "\\", StringComparison.Ordinal);
}
