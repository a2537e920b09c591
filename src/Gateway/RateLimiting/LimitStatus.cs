using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management;
using Gateway.Management.Status;

namespace Gateway.RateLimiting;

/// <summary>Tells how full the buckets are, and which clients take most.</summary>
internal sealed class LimitStatus(GatewayRateLimiter limiter, ConfigurationStore configuration, ClientAddresses addresses) : IGatewayPart
{
    public string Name => "limits";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("global");
        if (limiter.Global is { } global)
        {
            json.WriteStartObject();
            WriteBucket(json, global);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }
        json.WriteStartArray("routes");
        foreach (var (route, bucket) in limiter.Routes.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            json.WriteStartObject();
            json.WriteString("route", route);
            WriteBucket(json, bucket);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WritePropertyName("clients");
        WriteClients(json, configuration.Current.Get(PerClientSettings.Section));
        json.WriteEndObject();
    }

    private static void WriteBucket(Utf8JsonWriter json, TokenBucket bucket)
    {
        var rate = bucket.Rate;
        json.WriteNumber("tokens", Math.Round(bucket.Tokens, 1));
        json.WriteNumber("limit", rate.Limit);
        json.WriteNumber("refillPerSecond", rate.PerSecond);
    }

    private void WriteClients(Utf8JsonWriter json, PerClientSettings? settings)
    {
        if (settings is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteString("key", settings.Key);
        json.WriteNumber("known", limiter.Clients.Count);
        json.WriteNumber("maxClients", settings.MaxClients);
        json.WriteNumber("limit", settings.TokenLimit!.Value);
        json.WriteNumber("refillPerSecond", Math.Round((settings.TokensPerPeriod ?? settings.TokenLimit.Value) / settings.ReplenishmentPeriod.TotalSeconds, 6));
        json.WriteStartArray("busiest");
        foreach (var (key, taken) in limiter.Busiest.Busiest())
        {
            json.WriteStartObject();
            json.WriteString("client", key.Show(addresses.Show));
            json.WriteNumber("tokensTaken", taken);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("busiestWindowSeconds", Math.Round(BusiestClients.Window.TotalSeconds, 1));
        json.WriteEndObject();
    }
}
