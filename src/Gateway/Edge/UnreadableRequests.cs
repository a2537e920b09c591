using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Gateway.Configuration;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Edge;

/// <summary>
/// Counts and logs the messages that Kestrel could not read and answered by itself: they never reach the pipeline, and so
/// neither its log nor its metrics.
/// </summary>
/// <remarks>
/// Stands in the place of the source that Kestrel writes events to. To listen to ASP.NET Core's own would cost every
/// request, as that serves the host as well.
/// </remarks>
internal sealed class UnreadableRequests : DiagnosticSource, IConfigurationListener
{
    /// <summary>How often one kind is told.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    // Kestrel has about forty reasons; should it say something new each time, the rest are told as one kind.
    private const int MostKinds = 100;
    private const string InvalidHeaders = "Malformed request: invalid headers.";
    private const string AnyOther = "Other reasons.";

    private readonly ConcurrentDictionary<int, RareCell> _counts = new();
    private readonly ConcurrentDictionary<(int Status, string Reason), Kind> _kinds = new();
    private readonly TimeProvider _time;
    private readonly ILogger<UnreadableRequests> _logger;
    private volatile AccessLogSettings _settings = new();

    public UnreadableRequests(TimeProvider time, IMeterFactory meters, ILogger<UnreadableRequests> logger)
    {
        (_time, _logger) = (time, logger);
        meters.Create(Meters.Gateway).CreateObservableCounter("gateway_unreadable_requests", Counted,
            description: "Messages that could not be read as requests, and were answered before any gate saw them.");
    }

    private sealed class Kind
    {
        public readonly Lock Lock = new();
        public long? Told;
        public long Untold;
    }

    public void Apply(Snapshot snapshot) => _settings = snapshot.Get(AccessLogSettings.Section)!;

    public override bool IsEnabled(string name) => name == Event;

    public override void Write(string name, object? value)
    {
        // What the pipeline has answered already is told there.
        if (name != Event || value is not IFeatureCollection features || features.Get<IHttpResponseFeature>() is { HasStarted: true }
            || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error)
        {
            return;
        }
        _counts.GetOrAdd(error.StatusCode, static _ => new RareCell()).Add();
        var kind = KindOf(error.StatusCode, WithoutWhatCame(error.Message), out var reason);
        if (!TryTell(kind, out var untold))
            return;
        var client = features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;
        EdgeLog.Unreadable(_logger, client is null ? null : ShownAddress.Of(client, _settings.ClientAddress), error.StatusCode, reason, untold);
    }

    private Kind KindOf(int status, string said, out string reason)
    {
        reason = said;
        if (_kinds.TryGetValue((status, said), out var kind))
            return kind;
        if (_kinds.Count >= MostKinds)
            (status, reason) = (0, AnyOther);
        return _kinds.GetOrAdd((status, reason), static _ => new Kind());
    }

    private bool TryTell(Kind kind, out long untold)
    {
        lock (kind.Lock)
        {
            var now = _time.GetTimestamp();
            untold = kind.Untold;
            if (kind.Told is { } told && _time.GetElapsedTime(told, now) < Interval)
            {
                kind.Untold++;
                return false;
            }
            (kind.Told, kind.Untold) = (now, 0);
            return true;
        }
    }

    private IEnumerable<Measurement<long>> Counted() => _counts.Select(static pair => new Measurement<long>(
        pair.Value.Count, new KeyValuePair<string, object?>("code", pair.Key.ToString(CultureInfo.InvariantCulture))));

    // Behind a colon or between quotes stands what the client sent, such as a query; only one message has words of its own there.
    private static string WithoutWhatCame(string message)
    {
        var start = message == InvalidHeaders ? -1 : message.AsSpan().IndexOfAny(':', '\'');
        return start < 0 ? message : $"{message.AsSpan(0, start).TrimEnd()}.";
    }
}
