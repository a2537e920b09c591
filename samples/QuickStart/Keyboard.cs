using System.Threading.Channels;

namespace QuickStart;

/// <summary>The lines of the standard input, be it a terminal, a pipe or closed; no end of theirs ends the session.</summary>
internal static class Keyboard
{
    public static ChannelReader<string> Listen()
    {
        var lines = Channel.CreateBounded<string>(1);
        // A thread, because a read from a terminal can't be cancelled: it is left behind at the end.
        new Thread(() => Read(lines.Writer)) { IsBackground = true, Name = "keyboard" }.Start();
        return lines.Reader;
    }

    private static void Read(ChannelWriter<string> lines)
    {
        // Not Console.In, which sets up the terminal and thereby stops a process in the background.
        using var input = new StreamReader(Console.OpenStandardInput());
        try
        {
            while (input.ReadLine() is { } line)
                lines.WriteAsync(line.Trim()).AsTask().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // The terminal has gone; signals still stop the session.
        }
    }
}
