using System.Buffers;

namespace Gateway.Telemetry;

/// <summary>Writes entries as lines. Used by one thread, and whatever an entry holds, it makes exactly one line of it.</summary>
internal interface IAccessLogLines
{
    void Write(ArrayBufferWriter<byte> buffer, in AccessLogEntry entry, AccessLogClock clock);
}
