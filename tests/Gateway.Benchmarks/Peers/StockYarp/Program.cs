// YARP as it comes, without logging: what the gateway's cost is measured against.
// Address, routes and destinations come from the command line, as configuration keys.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));

var app = builder.Build();
app.MapReverseProxy();
app.Run();
