using System.Text.RegularExpressions;

namespace Gateway.Routing;

/// <summary>Which values of the configuration are not for showing: an explanation is pasted into tickets.</summary>
internal static partial class Secrets
{
    public const string Hidden = "***";

    public static bool IsNamed(string name) => Names().IsMatch(name);

    /// <summary>Hides values of the query that the configuration put there; what the client said itself stays.</summary>
    public static string OfQuery(string sent, string came)
    {
        if (sent.Length == 0)
            return sent;
        var own = came.TrimStart('?').Split('&');
        return "?" + string.Join('&', sent[1..].Split('&').Select(pair => own.Contains(pair) || !IsNamed(pair.Split('=')[0]) ? pair : $"{pair.Split('=')[0]}={Hidden}"));
    }

    [GeneratedRegex("auth|cookie|token|secret|passw|credential|api[-_]?key|signature", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
