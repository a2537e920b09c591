using System.Runtime.InteropServices;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>Where the build that these tests belong to put the programs.</summary>
internal static class BuildOutput
{
    private static readonly DirectoryInfo Own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public static string Repository { get; } = FindRepository();

    /// <summary>Debug or Release.</summary>
    public static string Configuration => Own.Parent!.Name;

    public static string Gateway => Program("src/Gateway", "gateway.dll");

    public static string Backend => Program("samples/Backend", "backend.dll");

    public static string QuickStart => Program("samples/QuickStart", "QuickStart.dll");

    /// <summary>The directory of the .NET that runs these tests.</summary>
    public static string DotNetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    public static string DotNet { get; } = Path.Combine(DotNetRoot, "dotnet");

    private static string Program(string project, string assembly) =>
        Path.Combine(Repository, project, "bin", Configuration, Own.Name, assembly);

    private static string FindRepository()
    {
        var directory = Own;
        while (!File.Exists(Path.Combine(directory.FullName, "Gateway.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException($"{Own} is not below the repository.");
        return directory.FullName;
    }
}
