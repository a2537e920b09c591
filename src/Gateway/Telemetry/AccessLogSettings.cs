using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>How a line of the access log is written.</summary>
public enum AccessLogFormat
{
    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>Apache's combined log format.</summary>
    Combined,
}

/// <summary>How much of a client's address is written.</summary>
public enum ClientAddressForm
{
    /// <summary>All of it.</summary>
    Full,

    /// <summary>The network alone: the first 24 bits of an IPv4 address, the first 48 of an IPv6 one.</summary>
    Shortened,
}

/// <summary>The access log: one line a request on standard output.</summary>
public sealed record AccessLogSettings
{
    public static readonly SettingsSection<AccessLogSettings> Section = new(SettingsScope.Gateway, "AccessLog", new(), Check);

    /// <summary>Whether the log is written.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Json, or Combined for Apache's combined log format; queries are in neither.</summary>
    public AccessLogFormat Format { get; init; }

    /// <summary>The fields of a JSON line by their names, in the order in which they are to stand; none named: all of them.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>The share of successes that is written, 0 to 1. Refusals, errors and aborted requests are always written.</summary>
    /// <remarks>The trace id decides, so several gateways that share a trace write it all or not at all.</remarks>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; init; } = 1;

    /// <summary>Full, or Shortened to /24 for IPv4 and /48 for IPv6; spans tell clients' addresses in the same form.</summary>
    public ClientAddressForm ClientAddress { get; init; }

    private static void Check(AccessLogSettings settings, string path, FaultList faults)
    {
        for (var i = 0; i < settings.Fields.Count; i++)
        {
            var name = settings.Fields[i];
            if (AccessLogFields.Find(name) is not { } field)
                faults.Add($"{path}:{nameof(Fields)}:{i}", name, $"is no field of the access log; {NearestName.Suggest(name, AccessLogFields.Names)}");
            else if (settings.Fields.Take(i).Any(earlier => AccessLogFields.Find(earlier) == field))
                faults.Add($"{path}:{nameof(Fields)}:{i}", name, "stands in the list twice; a field is written once.");
        }
    }
}
