namespace Gateway.Management.Status;

/// <summary>A destination's address without the secrets that it may carry: who sees the page need not know a password.</summary>
internal static class DestinationAddress
{
    private const string Hidden = "***";

    public static string Show(string address)
    {
        if (!address.Contains('@', StringComparison.Ordinal) && !address.Contains('?', StringComparison.Ordinal))
            return address;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return Hidden;
        var user = uri.UserInfo.Length > 0 ? $"{Hidden}@" : "";
        return $"{uri.Scheme}://{user}{uri.Authority}{uri.AbsolutePath}{(uri.Query.Length > 0 ? $"?{Hidden}" : "")}";
    }
}
