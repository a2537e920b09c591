using Gateway.Configuration;

namespace Gateway.Routing;

/// <summary>
/// Takes the dot of DNS's root off a request's host while its route is looked for, as no route's host
/// has one; what goes on to a backend is the host as it came.
/// </summary>
internal static class RootDot
{
    /// <summary>Takes the dot off.</summary>
    /// <returns>The host as it came, to be shown again; null where it has no such dot.</returns>
    public static string? Hide(HttpRequest request)
    {
        var given = request.Headers.Host.ToString();
        var name = HostName.WithoutRootDot(given);
        if (ReferenceEquals(name, given))
            return null;
        request.Headers.Host = name;
        return given;
    }

    public static void Show(HttpRequest request, string? given)
    {
        if (given is not null)
            request.Headers.Host = given;
    }
}
