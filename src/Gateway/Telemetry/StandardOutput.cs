namespace Gateway.Telemetry;

/// <summary>Standard output for whole lines of bytes. Thread-safe.</summary>
internal class StandardOutput
{
    private readonly Stream _stream = Console.OpenStandardOutput();

    public virtual void Write(ReadOnlySpan<byte> lines)
    {
        // The console logger writes through Console.Out, which locks itself for each message: the same lock
        // keeps our lines and its messages from running into each other.
        lock (Console.Out)
        {
            _stream.Write(lines);
            _stream.Flush();
        }
    }
}
