using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks what session affinity writes into responses: a client ignores a cookie with a name or an attribute that it does not understand.</summary>
internal static class AffinityRule
{
    public static void Check(string path, SessionAffinityConfig? affinity, FaultList faults)
    {
        if (affinity is null)
            return;
        var key = affinity.AffinityKeyName;
        if (string.IsNullOrEmpty(key))
        {
            if (affinity.Enabled is true)
                faults.Add($"{path}:AffinityKeyName", "is missing; it names the cookie or the header that binds a client.");
        }
        else if (!HeaderRule.IsName(key))
            faults.Add($"{path}:AffinityKeyName", key, "is not the name of a cookie or a header; allowed are letters, digits and !#$%&'*+-.^_`|~.");
        else if (affinity.Policy?.Equals("CustomHeader", StringComparison.OrdinalIgnoreCase) is true && (TransformValueRule.IsFraming(key) || key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
            faults.Add($"{path}:AffinityKeyName", key, "frames or routes the message and cannot carry the affinity; allowed is a header of your own.");
        if (affinity.Cookie?.Path is { Length: > 0 } cookiePath && (!cookiePath.StartsWith('/') || !IsAttribute(cookiePath)))
            faults.Add($"{path}:Cookie:Path", cookiePath, "is not a cookie's path, and browsers would pass over it; allowed is one such as /shop.");
        if (affinity.Cookie?.Domain is { Length: > 0 } domain && !(HostName.IsSendable(domain.TrimStart('.')) && !domain.Contains(':', StringComparison.Ordinal)))
            faults.Add($"{path}:Cookie:Domain", domain, "is not a cookie's domain, and browsers would refuse the cookie; allowed is a host such as shop.example, without scheme and port.");
    }

    // RFC 6265 §4.1.1: what ends an attribute, or is no visible ASCII, cannot stand in one.
    private static bool IsAttribute(string value) => value.All(c => c is > ' ' and < '\u007f' and not ';');
}
