using Gateway.CircuitBreaking;
using Gateway.Commands;
using Gateway.Configuration;
using Gateway.Decisions;
using Gateway.Draining;
using Gateway.Edge;
using Gateway.Forwarding;
using Gateway.Health;
using Gateway.LoadBalancing;
using Gateway.Management;
using Gateway.Pooling;
using Gateway.RateLimiting;
using Gateway.Routing;
using Gateway.Telemetry;

// First: from here on no signal is lost, nor ends the gateway without order.
var signals = ProcessSignals.Hold();
InlineSockets.Prefer();

return await CommandLine.InvokeAsync(args, Build, Pipe, signals);

// The gateway's table of contents, in the order in which a request meets what is named here.
static WebApplication Build(ConfigurationLayers layers, Action<WebApplicationBuilder>? rehearse)
{
    var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = layers.Environment, ContentRootPath = Path.GetDirectoryName(layers.File) });
    var published = builder.ReadConfiguration(layers, new LogLevelRule(), new OtlpRule(), new ListenerRule(layers), new AllowedHostsRule());

    builder.AddTelemetry();
    builder.AddEdge(published);
    builder.AddManagement();
    builder.AddDraining();
    builder.AddRouteMatching();
    builder.AddRateLimiting();
    builder.AddForwarding();
    builder.AddHealthChecking();
    builder.AddLoadBalancing();
    builder.AddCircuitBreaking();
    builder.AddPooling();
    builder.AddDecisions();
    rehearse?.Invoke(builder);

    return builder.Build();
}

static void Pipe(WebApplication app)
{
    app.UseExchange();
    app.UseClientAddress();
    app.UseReceivedTarget();
    app.UseAllowedHosts();
    app.UseRouteLookup();
    app.UseRateLimiting();
    app.UseMatchedRoute();
    app.UseFarewells();
    app.MapForwarding();
}
