using System.Reflection;
using System.Runtime.InteropServices;

namespace QuickStart;

/// <summary>Where the build put what is started.</summary>
internal static class BuildOutput
{
    public static string Backend => Find("backend");

    public static string Gateway => Find("gateway");

    public static string Configuration => Find("configuration");

    /// <summary>The <c>dotnet</c> that runs this program, so that the others run on the same one.</summary>
    public static string DotNet
    {
        get
        {
            // The runtime lies in shared/Microsoft.NETCore.App/VERSION of the installation.
            var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
            var own = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
            return File.Exists(own) ? own : name;
        }
    }

    private static string Find(string what)
    {
        var relative = typeof(BuildOutput).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == $"Path:{what}").Value!;
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, relative.Replace('\\', Path.DirectorySeparatorChar)));
        return File.Exists(path)
            ? path
            : throw new QuickStartException($"{path} is missing. Build again: dotnet build samples/QuickStart");
    }
}
