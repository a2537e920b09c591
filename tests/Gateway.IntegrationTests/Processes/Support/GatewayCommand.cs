namespace Gateway.IntegrationTests.Processes.Support;

/// <summary><c>gateway</c> run to its end.</summary>
internal static class GatewayCommand
{
    public static Task<ProgramResult> RunAsync(params IEnumerable<string> arguments) =>
        ProgramProcess.RunAsync(ProgramStart.OfAssembly(BuildOutput.Gateway, arguments));

    public static Task<ProgramResult> RunInAsync(string directory, params IEnumerable<string> arguments) =>
        ProgramProcess.RunAsync(ProgramStart.OfAssembly(BuildOutput.Gateway, arguments).In(directory));

    /// <summary>No user reads a stack trace, on whichever output.</summary>
    public static void AssertNoStackTrace(ProgramResult result)
    {
        Assert.DoesNotContain("   at ", result.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", result.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Everything, StringComparison.Ordinal);
    }

    /// <summary>One complaint in words on standard error, nothing on standard output.</summary>
    public static void AssertComplains(ProgramResult result, int exitCode, params string[] mentioned)
    {
        AssertNoStackTrace(result);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith("gateway: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'), line => line.StartsWith("gateway: ", StringComparison.Ordinal));
        Assert.All(mentioned, words => Assert.Contains(words, result.Error, StringComparison.Ordinal));
    }
}
