using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary><c>gateway validate</c>: everything that a start does, up to the moment before something listens.</summary>
internal static class ValidateCommand
{
    public static async Task<int> RunAsync(ConfigurationLayers layers, BuildGateway build)
    {
        await using var app = build(layers);
        await Console.Out.WriteLineAsync($"{layers.File} is valid.");
        return 0;
    }
}
