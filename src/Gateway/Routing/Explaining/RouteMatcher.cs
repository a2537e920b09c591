using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Gateway.Routing;

/// <summary>The gateway's own matcher over endpoints of one's choice: ASP.NET Core's routing middleware with all that YARP adds to it.</summary>
internal sealed class RouteMatcher(IServiceProvider services)
{
    // Where UseRouting leaves what it matches with. UseEndpoints would add to it, but for the whole application.
    private const string EndpointsOfRouting = "__EndpointRouteBuilder";

    /// <summary>Says whether the request would go to this endpoint if it were the only one.</summary>
    public async Task<bool> IsMatchAsync(HttpContext request, Endpoint endpoint)
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        ((IEndpointRouteBuilder)app.Properties[EndpointsOfRouting]!).DataSources.Add(new OneEndpoint(endpoint));
        app.Run(static _ => Task.CompletedTask);
        var copy = Copy(request);
        await app.Build()(copy);
        // A path that is known with other methods only gets an endpoint of ASP.NET Core's own.
        return ReferenceEquals(copy.GetEndpoint(), endpoint);
    }

    // The same request, with an answer of its own to where it goes.
    private static DefaultHttpContext Copy(HttpContext request)
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

    private sealed class OneEndpoint(Endpoint endpoint) : EndpointDataSource
    {
        public override IReadOnlyList<Endpoint> Endpoints { get; } = [endpoint];

        public override IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);
    }
}
