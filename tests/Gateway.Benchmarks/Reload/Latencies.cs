using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Benchmarks.Reload;

/// <summary>The latency of requests that a few clients send without a pause, each over one connection.</summary>
internal sealed class Latencies
{
    private readonly Task[] _clients;
    private readonly List<double>[] _milliseconds;
    private volatile bool _over;

    private Latencies(int port, string path, int clients)
    {
        _milliseconds = [.. Enumerable.Range(0, clients).Select(_ => new List<double>(100_000))];
        _clients = [.. _milliseconds.Select(list => Task.Run(() => Ask(port, path, list)))];
    }

    public static Latencies Start(int port, string path, int clients) => new(port, path, clients);

    /// <summary>Ends the clients; the latencies in order, in milliseconds.</summary>
    /// <exception cref="InvalidOperationException">A request failed.</exception>
    public async Task<List<double>> EndAsync()
    {
        _over = true;
        await Task.WhenAll(_clients);
        return [.. _milliseconds.SelectMany(list => list).Order()];
    }

    private async Task Ask(int port, string path, List<double> milliseconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var request = System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        var buffer = new byte[8 * 1024];
        while (!_over)
        {
            var began = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            var read = 0;
            while (!buffer.AsSpan(0, read).EndsWith("\r\n\r\nok"u8))
            {
                var more = await socket.ReceiveAsync(buffer.AsMemory(read));
                read += more;
                if (more == 0 || (read >= 12 && !buffer.AsSpan(0, 12).SequenceEqual("HTTP/1.1 200"u8)))
                    throw new InvalidOperationException($"A request failed: {System.Text.Encoding.ASCII.GetString(buffer, 0, read)}");
            }
            milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }
}
