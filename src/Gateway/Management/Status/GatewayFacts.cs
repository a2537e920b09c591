using System.Reflection;
using System.Text.Json;

namespace Gateway.Management.Status;

/// <summary>Which gateway this is, and since when.</summary>
internal sealed class GatewayFacts(IHostEnvironment environment, TimeProvider time) : IGatewayPart
{
    private static readonly string Version = typeof(GatewayFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly long _started = time.GetTimestamp();

    public string Name => "gateway";

    public double UpSeconds => Math.Round(time.GetElapsedTime(_started).TotalSeconds, 3);

    // How long it has been up follows from when it started; told here, it would be news every second.
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", Version);
        json.WriteString("startedAt", _startedAt);
        json.WriteString("environment", environment.EnvironmentName);
        json.WriteEndObject();
    }
}
