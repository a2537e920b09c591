using System.Text;
using Gateway.Configuration;
using Gateway.Configuration.Schema;

namespace Gateway.Commands;

/// <summary><c>gateway schema</c>: what a configuration file may hold, whatever file there is.</summary>
internal static class SchemaCommand
{
    public static async Task<int> RunAsync(BuildGateway build)
    {
        await using var app = build(new NoFile());
        var schema = app.Services.GetRequiredService<ConfigurationSchema>().Write();
        // JSON is UTF-8, whatever the terminal speaks.
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(Encoding.UTF8.GetBytes(schema));
        return 0;
    }

    private sealed class NoFile() : ConfigurationLayers(Path.Combine(AppContext.BaseDirectory, "none.json"), Environments.Production, [])
    {
        public override ConfigurationText ReadText(ConfigurationText? last = null) => new("{}"u8.ToArray(), null);
    }
}
