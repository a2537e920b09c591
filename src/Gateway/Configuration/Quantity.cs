using System.Globalization;

namespace Gateway.Configuration;

/// <summary>Numbers as a sentence for an operator shows them.</summary>
internal static class Quantity
{
    /// <summary>For example <c>2 s</c> or <c>0.25 s</c>.</summary>
    public static string Of(TimeSpan duration) => $"{Of(duration.TotalSeconds)} s";

    public static string Of(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
