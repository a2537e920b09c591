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

    // How the buckets of a series begin, and what follows them; empty within metrics of which nothing is left out.
    private byte[] _buckets = [];
    private byte[] _sum = [];

    private byte[] _labels = [];
    private bool _isLive = true;

    private bool IsHistogram => _buckets.Length > 0;

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
    private void WriteLines(ReadOnlySpan<byte> text)
    {
        var kept = 0;
        for (int at = 0, next; at < text.Length; at = next)
        {
            next = at + LengthOfNext(text[at..]);
            var lines = text[at..next];
            if (lines[0] == '#')
            {
                Enter(lines);
            }
            else if (IsHistogram && !AreLive(lines))
            {
                WriteLive(text[kept..at]);
                kept = next;
            }
        }
        WriteLive(text[kept..]);
    }

    private void WriteLive(ReadOnlySpan<byte> text)
    {
        while (hidesSpans && text.IndexOf(",span_id=\""u8) is var span and > 0)
        {
            output.Write(text[..span]);
            text = text[(span + ",span_id=\"\"".Length + SpanIdLength)..];
        }
        output.Write(text);
    }

    // A line of metadata, all of a metric of which nothing is left out, the buckets of one series, or one sample.
    private int LengthOfNext(ReadOnlySpan<byte> text)
    {
        if (text[0] == '#' || (IsHistogram && !text.StartsWith(_buckets)))
            return text.IndexOf((byte)'\n') + 1;
        var last = text.IndexOf(IsHistogram ? _sum : "\n#"u8);
        return last < 0 ? text.Length : last + 1;
    }

    // Only our histograms have series of what is gone: our other metrics are read from what is there when they are
    // scraped, and those of others name nothing of the configuration.
    private void Enter(ReadOnlySpan<byte> metadata)
    {
        if (!metadata.StartsWith("# TYPE "u8))
            return;
        var name = metadata["# TYPE ".Length..];
        var isHistogram = name.StartsWith("gateway_"u8) && name.EndsWith(" histogram\n"u8);
        name = isHistogram ? name[..^" histogram\n".Length] : [];
        _buckets = isHistogram ? [.. name, .. "_bucket{"u8] : [];
        _sum = isHistogram ? [(byte)'\n', .. name, .. "_sum{"u8] : [];
        (_labels, _isLive) = ([], true);
    }

    // All of the lines are about the same.
    private bool AreLive(ReadOnlySpan<byte> lines)
    {
        var line = lines[..(lines.IndexOf((byte)'\n') + 1)];
        if (line.IndexOf((byte)'{') is not (var begin and > 0))
            return true;
        var labels = line[(begin + 1)..];
        // The last label of a bucket; the series' other lines do without.
        var le = labels.IndexOf("le=\""u8);
        labels = le >= 0 ? labels[..le].TrimEnd((byte)',') : labels[..Math.Max(0, labels.LastIndexOf("} "u8))];
        if (!labels.SequenceEqual(_labels))
            (_labels, _isLive) = (labels.ToArray(), IsLive(labels));
        return _isLive;
    }

    private bool IsLive(ReadOnlySpan<byte> labels) => live.Have(Value(labels, "route=\""u8), Value(labels, "cluster=\""u8), Value(labels, "destination=\""u8));

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
