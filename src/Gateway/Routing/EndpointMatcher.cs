using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Routing;

/// <summary>The gateway's own matcher over endpoints of one's choice: ASP.NET Core's routing middleware with all that YARP adds to it. Thread-safe.</summary>
internal sealed class EndpointMatcher
{
    // Where UseRouting leaves what it matches with. UseEndpoints would add to it, but for the whole application.
    private const string EndpointsOfRouting = "__EndpointRouteBuilder";
    private readonly RequestDelegate _match;

    public EndpointMatcher(IServiceProvider services, params IEnumerable<Endpoint> endpoints)
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        ((IEndpointRouteBuilder)app.Properties[EndpointsOfRouting]!).DataSources.Add(new DefaultEndpointDataSource(endpoints));
        app.Run(static _ => Task.CompletedTask);
        _match = app.Build();
    }

    /// <summary>The endpoint that the request would go to; null where there is none. The request itself stays as it is.</summary>
    public Task<Endpoint?> FindAsync(HttpContext request) => FindOfCopyAsync(CopyOf(request));

    /// <summary>The same for a copy that may be asked about again, with another method for one.</summary>
    public async Task<Endpoint?> FindOfCopyAsync(HttpContext copy)
    {
        copy.SetEndpoint(null);
        copy.Request.RouteValues.Clear();
        var given = RootDot.Hide(copy.Request);
        try
        {
            await _match(copy);
        }
        finally
        {
            RootDot.Show(copy.Request, given);
        }
        return copy.GetEndpoint();
    }

    /// <summary>The same request, with an answer of its own to where it goes; all else is shared.</summary>
    public static HttpContext CopyOf(HttpContext request)
    {
        var features = new FeatureCollection(request.Features);
        features.Set<IEndpointFeature>(new OwnEndpoint());
        features.Set<IRouteValuesFeature>(new RouteValuesFeature());
        return new DefaultHttpContext(features);
    }

    private sealed class OwnEndpoint : IEndpointFeature
    {
        public Endpoint? Endpoint { get; set; }
    }
}
