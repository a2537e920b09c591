namespace Backend;

/// <summary>
/// A backend that echoes, streams, waits and, when told to, misbehaves. Safe to use from several threads.
/// </summary>
public sealed class BackendServer : IAsyncDisposable
{
    private readonly BackendState _state;
    private readonly TrafficListener _traffic;
    private ControlListener? _control;

    private BackendServer(BackendState state, TrafficListener traffic)
    {
        _state = state;
        _traffic = traffic;
    }

    /// <summary>What it calls itself in bodies and in the <c>X-Backend</c> header.</summary>
    public string Name => _state.Name;

    /// <summary>The port for HTTP/1.1.</summary>
    public int Port => _traffic.Http.Port;

    /// <summary>The port for HTTP/2 without TLS, if there is one.</summary>
    public int? GrpcPort => _traffic.Grpc?.Port;

    /// <summary>The port for <c>/_control</c> alone, if there is one.</summary>
    public int? ControlPort => _control?.Port;

    /// <summary>Requests that have come since the start, those of <c>/_control</c> aside.</summary>
    public long Requests => _state.Counters.Requests;

    /// <summary>Connections accepted since the start, those of the control port aside.</summary>
    public long Connections => _state.Counters.Connections;

    /// <summary>Requests that have come and are not answered to the end yet, WebSockets included.</summary>
    public int InFlight => _state.Counters.InFlight;

    /// <summary>The highest <see cref="InFlight"/> since the start or the last <see cref="ResetPeakInFlight"/>.</summary>
    public int PeakInFlight => _state.Counters.PeakInFlight;

    /// <summary>Listens; returns when connections are accepted.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or the address is not this machine's.</exception>
    /// <exception cref="ArgumentException"><see cref="BackendOptions.Host"/> is not an address.</exception>
    public static async Task<BackendServer> StartAsync(BackendOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var http = HeldPort.Bind(options.Host, options.Port);
        HeldPort? grpc = null;
        try
        {
            grpc = options.GrpcPort is { } port ? HeldPort.Bind(options.Host, port) : null;
        }
        catch
        {
            http.Dispose();
            throw;
        }

        var state = new BackendState(options.Name ?? $"backend-{http.Port}", options);
        var server = new BackendServer(state, new TrafficListener(state, http, grpc));
        try
        {
            await server.OpenAsync(options, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Answers the next requests with an error, whatever they ask for.</summary>
    /// <param name="count">How many, 0 to 1,000,000; replaces what was left of an earlier call.</param>
    /// <param name="status">The status code, 400 to 599.</param>
    public void FailNext(int count, int status = StatusCodes.Status503ServiceUnavailable) =>
        _state.Misbehaviour.FailNext(count, status);

    /// <summary>Resets the connection of the next requests before any byte of a response.</summary>
    /// <param name="count">How many, 0 to 1,000,000; replaces what was left of an earlier call.</param>
    public void ResetNext(int count) => _state.Misbehaviour.ResetNext(count);

    /// <summary>Accepts connections and requests without answering them; off answers those that wait.</summary>
    public void SetHang(bool on) => _state.Misbehaviour.SetHang(on);

    /// <summary>
    /// Aborts all connections and has new ones refused; off listens again. The ports stay reserved meanwhile.
    /// </summary>
    public Task SetRefuseAsync(bool on, CancellationToken ct = default) =>
        on ? _traffic.CloseAsync() : _traffic.OpenAsync(ct);

    /// <summary>Closes connections unanswered as soon as they are accepted, and open ones as soon as they are idle.</summary>
    public void SetDrop(bool on) => _state.Connections.SetDrop(on);

    /// <summary>Closes a kept-alive connection at a random moment after each answer unless a request comes before.</summary>
    /// <param name="milliseconds">The latest such moment, 0 (never) to 600,000.</param>
    public void CloseIdleWithin(int milliseconds) => _state.Connections.CloseIdleWithin = milliseconds;

    /// <summary>Listens no more and lets what is in flight end, so long at most.</summary>
    public Task DrainAsync(TimeSpan patience) => _traffic.DrainAsync(patience);

    /// <summary>Begins a new measurement of <see cref="PeakInFlight"/>.</summary>
    public void ResetPeakInFlight() => _state.Counters.ResetPeakInFlight();

    /// <summary>Aborts what is in flight and stops listening, within a second.</summary>
    public async ValueTask DisposeAsync()
    {
        await _traffic.DisposeAsync();
        if (_control is not null)
            await _control.DisposeAsync();
        _state.Dispose();
    }

    private async Task OpenAsync(BackendOptions options, CancellationToken ct)
    {
        if (options.ControlPort is { } port)
            _control = await ControlListener.OpenAsync(this, _state, HeldPort.Bind(options.Host, port), ct);
        await _traffic.OpenAsync(ct);
    }
}
