using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Chaos.Load;

/// <summary>
/// One client with one kept-alive connection, that asks, waits for the answer, pauses for a moment and asks again. It
/// repeats nothing by itself: what fails is told.
/// </summary>
internal sealed class SteadyClient(int port, string name, long began, Random random) : IDisposable
{
    // One of four is a POST.
    private const int PostEach = 4;
    private const string Body = "what must not be done twice";

    /// <summary>Who gets no answer for so long has none.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly byte[] _buffer = new byte[8 * 1024];
    private Socket? _socket;

    public int Gets { get; private set; }

    public int Posts { get; private set; }

    public TimeSpan Longest { get; private set; }

    public List<string> Acknowledged { get; } = [];

    public List<Failure> Failures { get; } = [];

    /// <summary>Sends one request after the other until told to stop; ends with an answer, not within a request.</summary>
    /// <param name="pause">The mean of the pause between two requests.</param>
    public async Task RunAsync(TimeSpan pause, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await RequestAsync(post: random.Next(PostEach) == 0);
            await Task.Delay(pause * (2 * random.NextDouble()), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _socket?.Dispose();

    private async Task RequestAsync(bool post)
    {
        var id = $"{name}n{Gets + Posts}";
        var path = (post ? "/take/" : "/get/") + id;
        var failure = new Failure { Path = path, PostId = post ? id : null, At = Stopwatch.GetElapsedTime(began).TotalSeconds };
        var started = Stopwatch.GetTimestamp();
        if (post)
            Posts++;
        else
            Gets++;
        try
        {
            var answer = await ExchangeAsync(post ? Post(id) : $"GET {path} HTTP/1.1\r\nHost: chaos\r\n\r\n");
            if (answer.Status == 200)
                Succeeded(failure.PostId);
            else
                Failures.Add(failure with { Status = answer.Status, Title = Failure.TitleOf(answer.Body), ProxyStatus = answer.ProxyStatus });
        }
        catch (Exception error) when (error is SocketException or EndOfStreamException or InvalidDataException or OperationCanceledException)
        {
            Failures.Add(failure with { Title = error is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} s" : error.Message });
            Disconnect();
        }
        Longest = TimeSpan.FromTicks(Math.Max(Longest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
    }

    private static string Post(string id) =>
        $"POST /take/{id} HTTP/1.1\r\nHost: chaos\r\nX-Request-Id: {id}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}";

    private void Succeeded(string? postId)
    {
        if (postId is not null)
            Acknowledged.Add(postId);
    }

    private async Task<Answer> ExchangeAsync(string request)
    {
        using var patience = new CancellationTokenSource(Patience);
        var socket = await ConnectedAsync(patience.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), patience.Token);
        var text = "";
        Answer? answer;
        while ((answer = Answer.Parse(text)) is null)
        {
            var read = await socket.ReceiveAsync(_buffer, patience.Token);
            if (read == 0)
                throw new EndOfStreamException(text.Length == 0 ? "closed without an answer" : "closed within an answer");
            text += Encoding.Latin1.GetString(_buffer, 0, read);
        }
        if (answer.Closes)
            Disconnect();
        return answer;
    }

    private async Task<Socket> ConnectedAsync(CancellationToken cancellation)
    {
        if (_socket is not null)
            return _socket;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket = socket;
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
        return socket;
    }

    private void Disconnect()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
