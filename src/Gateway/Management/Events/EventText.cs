using System.Buffers;
using System.Text;

namespace Gateway.Management.Events;

/// <summary>The text around events (HTML Living Standard, server-sent events). JSON without line breaks needs one line of data.</summary>
internal static class EventText
{
    public const string Type = "text/event-stream";

    /// <summary>A comment: says that the connection lives.</summary>
    public static readonly byte[] Heartbeat = ": still here\n\n"u8.ToArray();

    /// <summary>The milliseconds after which a lost connection is tried again.</summary>
    public static ReadOnlySpan<byte> Retry => "retry: 2000\n"u8;

    public static ReadOnlySpan<byte> End => "\n\n"u8;

    public static void Begin(IBufferWriter<byte> text, string name, long id) => text.Write(Encoding.ASCII.GetBytes($"event: {name}\nid: {id}\ndata: "));
}
