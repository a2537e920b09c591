namespace Backend;

/// <summary>What a backend listens on and calls itself.</summary>
public sealed record BackendOptions
{
    /// <summary>The address to listen on: an IP address, <c>localhost</c>, or <c>*</c> for all.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port for HTTP/1.1, 0 (any free one) to 65535.</summary>
    public int Port { get; init; }

    /// <summary>The port for HTTP/2 without TLS, 0 (any free one) to 65535; <see langword="null"/> for none.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>
    /// The port that answers <c>/_control</c> only and stays open while the others refuse,
    /// 0 (any free one) to 65535; <see langword="null"/> for none.
    /// </summary>
    public int? ControlPort { get; init; }

    /// <summary>What it calls itself; <see langword="null"/> for <c>backend-PORT</c>.</summary>
    public string? Name { get; init; }

    /// <summary>How long after its start it answers nothing, 0 to 10 min; it accepts connections and requests at once.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>How long requests in flight may take to end when the program is told to stop, 0 to 1 min.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>
    /// The file that gets a line for each request with an <c>X-Request-Id</c> of letters and digits, when it was read
    /// and when it was answered; <see langword="null"/> for none.
    /// </summary>
    public string? Journal { get; init; }

    /// <summary>The clock that <c>/slow</c>, <c>/sse</c>, the gRPC calls and the slow start wait by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
