namespace Gateway.Commands;

/// <summary>Where the configuration is, where the command line does not say.</summary>
internal static class ConfigFile
{
    private const string DefaultName = "appsettings.json";

    /// <summary>The file of the working directory if it is there, else the one beside the executable.</summary>
    public static string Find(string? named)
    {
        if (named is not null)
            return named;
        var here = Path.GetFullPath(DefaultName);
        return File.Exists(here) ? here : Path.Combine(AppContext.BaseDirectory, DefaultName);
    }

    /// <summary>The environment whose file is laid over the main one: as .NET's hosts find it.</summary>
    public static string FindEnvironment(string? named) => named
        ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
        ?? Environments.Production;
}
