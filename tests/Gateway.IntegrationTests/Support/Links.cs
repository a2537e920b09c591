using System.Runtime.InteropServices;

namespace Gateway.IntegrationTests.Support;

/// <summary>Symbolic links, changed as Kubernetes changes those of a ConfigMap.</summary>
internal static class Links
{
    /// <summary>Has a link, to a folder too, lead elsewhere from one moment to the next.</summary>
    public static void Swap(string link, string target)
    {
        File.CreateSymbolicLink(link + "_tmp", target);
        // .NET's own moves follow a link to a folder.
        Assert.Equal(0, Rename(link + "_tmp", link));
    }

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    private static extern int Rename(string from, string to);
}
