using System.Text.Json;
using Gateway.Management.Traffic;

namespace Gateway.Management.Status;

/// <summary>Writes what the sampler found.</summary>
internal static class TrafficJson
{
    public static void WriteTraffic(this Utf8JsonWriter json, Figures figures)
    {
        json.WriteStartObject("traffic");
        json.WriteNumber("requestsPerSecond", figures.RequestsPerSecond);
        json.WriteNumber("errorsPerSecond", figures.ErrorsPerSecond);
        WriteSeconds(json, "p50Seconds", figures.P50);
        WriteSeconds(json, "p99Seconds", figures.P99);
        json.WriteNumber("requests", figures.Requests);
        json.WriteNumber("errors", figures.Errors);
        json.WriteEndObject();
    }

    /// <summary>Writes so much of a history.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="figures">Whose history.</param>
    /// <param name="shown">How much of it. A last step in which nothing happened is not written.</param>
    /// <param name="step">The number of the last step.</param>
    public static void WriteHistory(this Utf8JsonWriter json, Figures figures, ShownHistory shown, long step)
    {
        var history = figures.History;
        if (shown == ShownHistory.None || (shown == ShownHistory.LastStep && history is null or { Requests: [.., 0], Errors: [.., 0] }))
            return;
        json.WriteStartObject("history");
        json.WriteNumber("step", step);
        WriteSteps(json, "requests", history?.Requests, shown);
        WriteSteps(json, "errors", history?.Errors, shown);
        json.WriteEndObject();
    }

    private static void WriteSteps(Utf8JsonWriter json, string name, uint[]? steps, ShownHistory shown)
    {
        json.WriteStartArray(name);
        foreach (var step in shown == ShownHistory.LastStep ? steps.AsSpan(History.Steps - 1) : steps)
            json.WriteNumberValue(step);
        json.WriteEndArray();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, double? seconds)
    {
        if (seconds is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}

/// <summary>How much of a history is written.</summary>
internal enum ShownHistory
{
    /// <summary>All steps.</summary>
    All,

    /// <summary>The last step, for a reader who has those before it.</summary>
    LastStep,

    /// <summary>Nothing: no step ended since the reader was told the last one.</summary>
    None,
}
