using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>
/// Finds the methods with which a request that no route took would have had one. The matcher is asked
/// once for each method that routes list: it alone knows how hosts, headers and precedence go together,
/// and its own 405 tells neither hosts nor headers apart. Thread-safe.
/// </summary>
internal sealed class AllowedMethods(IServiceProvider services)
{
    private volatile Known? _known;

    private sealed record Known(IReadOnlyList<Endpoint> All, string[] Methods, EndpointMatcher Matcher);

    /// <summary>The methods in the order of their names; empty where no method would have helped.</summary>
    public async ValueTask<IReadOnlyList<string>> FindAsync(HttpContext context)
    {
        var known = OfNow();
        if (known.Methods.Length == 0)
            return [];
        var given = context.Request.Method;
        var copy = EndpointMatcher.CopyOf(context);
        List<string>? found = null;
        try
        {
            foreach (var method in known.Methods)
            {
                copy.Request.Method = method;
                if (await IsTakenAsync(known.Matcher, copy))
                    (found ??= []).Add(method);
            }
        }
        finally
        {
            // The copy shares it.
            context.Request.Method = given;
        }
        return found ?? (IReadOnlyList<string>)[];
    }

    // A route without methods would have taken the request itself. Built when a request first asks, and only then.
    private Known OfNow()
    {
        var all = services.GetRequiredService<EndpointDataSource>().Endpoints;
        if (_known is { } known && ReferenceEquals(known.All, all))
            return known;
        var endpoints = all.Where(endpoint => MethodsOf(endpoint).Count > 0).ToList();
        var methods = endpoints.SelectMany(MethodsOf).Select(HttpMethods.GetCanonicalizedValue)
            .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToArray();
        return _known = new(all, methods, new EndpointMatcher(services, endpoints));
    }

    private static IReadOnlyList<string> MethodsOf(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<RouteModel>() is null ? [] : endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];

    private static async Task<bool> IsTakenAsync(EndpointMatcher matcher, HttpContext copy)
    {
        try
        {
            // A path that is known with other methods only gets an endpoint of ASP.NET Core's own.
            return (await matcher.FindOfCopyAsync(copy))?.Metadata.GetMetadata<RouteModel>() is not null;
        }
        catch (Exception)
        {
            // The matcher fails where it cannot decide between routes: then there are some.
            return true;
        }
    }
}
