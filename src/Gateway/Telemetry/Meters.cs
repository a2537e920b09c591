namespace Gateway.Telemetry;

/// <summary>The names of the meters whose measurements are exported.</summary>
internal static class Meters
{
    /// <summary>The meter that all gates share; instrument names are as Prometheus shows them, less <c>_total</c> and the unit.</summary>
    public const string Gateway = "Gateway";

    public const string Runtime = "System.Runtime";

    public const string Hosting = "Microsoft.AspNetCore.Hosting";

    public const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    public const string HttpClient = "System.Net.Http";

    // Not those of ASP.NET Core's routing and rate limiting: the gates tell the same, and more, for one price.
    public static readonly string[] Exported = [Gateway, Runtime, Hosting, Kestrel, HttpClient];
}
