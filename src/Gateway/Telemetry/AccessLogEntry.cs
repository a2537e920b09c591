using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Telemetry;

/// <summary>What the access log keeps of one exchange until its line is written.</summary>
internal readonly struct AccessLogEntry(Exchange exchange)
{
    private static readonly JsonEncodedText TimeName = Encode("time"), MethodName = Encode("method"), HostName = Encode("host"),
        PathName = Encode("path"), ProtocolName = Encode("protocol"), StatusName = Encode("status"), BytesInName = Encode("bytesIn"),
        BytesOutName = Encode("bytesOut"), DurationName = Encode("duration"), UpstreamDurationName = Encode("upstreamDuration"),
        RouteName = Encode("route"), ClusterName = Encode("cluster"), DestinationName = Encode("destination"),
        AttemptsName = Encode("attempts"), GateName = Encode("gate"), ClientName = Encode("client"), TraceIdName = Encode("traceId"),
        AbortedName = Encode("aborted");

    private readonly long _started = exchange.Started;
    private readonly long _ended = exchange.Ended;
    private readonly string _method = exchange.Method;
    private readonly string _host = exchange.Context.Request.Headers.Host.ToString();
    private readonly string _path = exchange.Path;
    private readonly string _protocol = exchange.Context.Request.Protocol;
    private readonly int _status = exchange.Context.Response.StatusCode;
    private readonly long _bytesIn = exchange.RequestBody?.Bytes ?? 0;
    private readonly long _bytesOut = exchange.ResponseBody?.Bytes ?? 0;
    private readonly TimeSpan? _upstreamDuration = exchange.UpstreamDuration;
    private readonly string _route = exchange.Route;
    private readonly string _cluster = exchange.Cluster;
    private readonly string _destination = exchange.Destination;
    private readonly int _attempts = exchange.Attempts;
    private readonly string? _gate = exchange.Refusal?.Gate;
    private readonly System.Net.IPAddress? _client = exchange.Context.Connection.RemoteIpAddress;
    private readonly TraceContext _trace = exchange.Trace;
    private readonly bool _aborted = exchange.Aborted;

    /// <summary>Writes the line's JSON object; durations are in seconds. No value of a request can end the line: all are escaped.</summary>
    public void Write(Utf8JsonWriter json, AccessLogClock clock)
    {
        json.WriteStartObject();
        json.WriteString(TimeName, clock.TimeOf(_ended));
        json.WriteString(MethodName, _method);
        json.WriteString(HostName, _host);
        json.WriteString(PathName, _path);
        json.WriteString(ProtocolName, _protocol);
        json.WriteNumber(StatusName, _status);
        json.WriteNumber(BytesInName, _bytesIn);
        json.WriteNumber(BytesOutName, _bytesOut);
        WriteSeconds(json, DurationName, clock.Between(_started, _ended));
        if (_upstreamDuration is { } upstream)
            WriteSeconds(json, UpstreamDurationName, upstream);
        json.WriteString(RouteName, _route);
        json.WriteString(ClusterName, _cluster);
        json.WriteString(DestinationName, _destination);
        json.WriteNumber(AttemptsName, _attempts);
        if (_gate is not null)
            json.WriteString(GateName, _gate);
        if (_aborted)
            json.WriteBoolean(AbortedName, true);
        WriteClient(json);
        WriteTraceId(json);
        json.WriteEndObject();
    }

    // A decimal of whole microseconds: exact, and written without the search for a double's shortest digits.
    private static void WriteSeconds(Utf8JsonWriter json, JsonEncodedText name, TimeSpan time)
    {
        var microseconds = time.Ticks / TimeSpan.TicksPerMicrosecond;
        json.WriteNumber(name, new decimal((int)microseconds, (int)(microseconds >> 32), 0, isNegative: false, scale: 6));
    }

    private void WriteClient(Utf8JsonWriter json)
    {
        Span<byte> text = stackalloc byte[64];
        var length = 0;
        // A socket for both families shows IPv4 clients in IPv6 clothes; operators search for the address they know.
        (_client is { IsIPv4MappedToIPv6: true } ? _client.MapToIPv4() : _client)?.TryFormat(text, out length);
        json.WriteString(ClientName, text[..length]);
    }

    private void WriteTraceId(Utf8JsonWriter json)
    {
        Span<char> text = stackalloc char[32];
        _trace.WriteTraceId(text);
        json.WriteString(TraceIdName, text);
    }

    private static JsonEncodedText Encode(string name) => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}

/// <summary>Turns the timestamps of exchanges into times of day; read once for many lines, and not on a request's way.</summary>
internal readonly struct AccessLogClock(TimeProvider time)
{
    private readonly DateTimeOffset _now = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    public DateTimeOffset TimeOf(long timestamp) => _now - time.GetElapsedTime(timestamp, _timestamp);

    public TimeSpan Between(long start, long end) => time.GetElapsedTime(start, end);
}
