using Gateway.Configuration;
using Gateway.Draining;

namespace Gateway.Commands;

/// <summary><c>gateway run</c>.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(ConfigurationLayers layers, BuildGateway build, Action<WebApplication> pipe)
    {
        await using var app = build(layers);
        app.ApplyConfiguration();
        var drain = app.Services.GetRequiredService<DrainState>();
        pipe(app);
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        return drain.Cut > 0 ? 1 : 0;
    }
}
