namespace Gateway.Commands;

/// <summary>What the command line says of the configuration to use.</summary>
/// <param name="ConfigFile">The configuration file's full path.</param>
/// <param name="Environment">The name of the environment, for the layer beside the file.</param>
/// <param name="Settings">Arguments of the form <c>--Key:Sub=value</c>, the last layer.</param>
internal sealed record GatewayOptions(string ConfigFile, string Environment, IReadOnlyList<string> Settings)
{
    private const string DefaultFile = "appsettings.json";

    /// <summary>The default file: of the working directory if it is there, else beside the executable.</summary>
    public static string FindConfigFile(string? named)
    {
        if (named is not null)
            return Path.GetFullPath(named);
        var here = Path.GetFullPath(DefaultFile);
        return File.Exists(here) ? here : Path.Combine(AppContext.BaseDirectory, DefaultFile);
    }

    public static string FindEnvironment(string? named) => named
        ?? System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
        ?? Environments.Production;
}
