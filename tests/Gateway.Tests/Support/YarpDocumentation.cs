namespace Gateway.Tests.Support;

/// <summary>The descriptions of YARP's keys, which NuGet leaves out of its packages where it is told to.</summary>
internal static class YarpDocumentation
{
    public static void IsNeeded() => Assert.SkipUnless(
        File.Exists(Path.Combine(AppContext.BaseDirectory, "Yarp.ReverseProxy.xml")),
        "NuGet left out YARP's documentation here (NUGET_XMLDOC_MODE), so the schema has no descriptions of its keys.");
}
