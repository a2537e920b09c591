using System.Globalization;

namespace Gateway.IntegrationTests.Support.Otlp;

/// <summary>A span as a collector gets it; values of attributes as text.</summary>
internal sealed record OtlpSpan(string TraceId, string SpanId, string ParentId, string TraceState, string Name, int Kind, int Status, IReadOnlyDictionary<string, string> Attributes)
{
    public const int Server = 2;
    public const int Client = 3;
    public const int Error = 2;

    public ulong Nanoseconds { get; init; }

    public string Source { get; init; } = "";

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

internal sealed record OtlpLogLine(string Text, string Severity, string TraceId);

/// <summary>The requests of OTLP's three services, by the field numbers of opentelemetry-proto.</summary>
internal static class OtlpMessages
{
    public static IEnumerable<OtlpSpan> Spans(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new OtlpSpan(span.Hex(1), span.Hex(2), span.Hex(4), span.Text(3), span.Text(5), (int)span.Scalar(6), (int)span.Message(15).Scalar(3), Attributes(span, 9))
        {
            Nanoseconds = span.Scalar(8) - span.Scalar(7),
            Source = scope.Message(1).Text(1),
        };

    public static IEnumerable<string> MetricNames(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        select metric.Text(1);

    public static IEnumerable<OtlpLogLine> LogLines(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from line in scope.Messages(2)
        select new OtlpLogLine(line.Message(5).Text(1), line.Text(3), line.Hex(9));

    public static IEnumerable<IReadOnlyDictionary<string, string>> Resources(ProtobufMessage request) =>
        request.Messages(1).Select(resource => Attributes(resource.Message(1), 1));

    private static Dictionary<string, string> Attributes(ProtobufMessage message, int number) =>
        message.Messages(number).ToDictionary(pair => pair.Text(1), pair => Value(pair.Message(2)));

    private static string Value(ProtobufMessage value) => value.Has(1) ? value.Text(1) : ((long)value.Scalar(value.Has(2) ? 2 : 3)).ToString(CultureInfo.InvariantCulture);
}
