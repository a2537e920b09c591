namespace Gateway.Telemetry;

/// <summary>The names of the meters whose measurements are exported.</summary>
internal static class Meters
{
    /// <summary>The meter that all gates share; instrument names are as Prometheus shows them, less <c>_total</c> and the unit.</summary>
    public const string Gateway = "Gateway";
}
