using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary><c>gateway validate</c>: everything that a start does, up to the moment before something listens.</summary>
internal static class ValidateCommand
{
    public static async Task<int> RunAsync(ConfigurationLayers layers, BuildGateway build)
    {
        await using var app = build(layers);
        app.ApplyConfiguration();
        // Standard output says the verdict alone: what is no fault stands beside it.
        var advised = app.Services.GetRequiredService<ConfigurationAdvice>();
        foreach (var advice in advised.InForce.Concat(await advised.OfSurroundingsAsync(CancellationToken.None)))
            await Console.Error.WriteLineAsync($"warning: {advice}");
        await Console.Out.WriteLineAsync($"{layers.File} is valid.");
        return 0;
    }
}
