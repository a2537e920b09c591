using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Readme;

/// <summary>
/// The README is true: its configurations are valid and contradict themselves nowhere, its links lead somewhere, its defaults are the
/// code's. The commands it shows run elsewhere: the quick start in <see cref="Processes.Samples"/>, the
/// container's steps by publishing, <c>dotnet test</c> at this moment.
/// </summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(BuildOutput.Repository, "README.md"));

    public static TheoryData<string> Configurations() => [.. JsonBlock().Matches(Text).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Readme_ShowsConfigurations_AndTheyAreFound() => Assert.True(Configurations().Count >= 5);

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task Configuration_OfTheReadme_IsValid(string configuration)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", configuration);

        var validated = await GatewayCommand.RunAsync("validate", "--config", file);

        Assert.True(validated is { ExitCode: 0, Error: "" }, validated.Everything);
    }

    [Fact]
    public void Links_ToFilesOfTheRepository_LeadSomewhere()
    {
        var broken = Link().Matches(Text).Select(match => match.Groups[1].Value)
            .Where(link => !link.StartsWith("http", StringComparison.Ordinal) && !File.Exists(Path.Combine(BuildOutput.Repository, link)));

        Assert.Empty(broken);
    }

    [Fact]
    public void Commands_OfTheReadme_AreThoseThatHelpNames()
    {
        var shown = CommandRow().Matches(Text).Select(match => match.Groups[1].Value).Distinct().Order();

        Assert.Equal(["explain", "health", "run", "schema", "validate"], shown);
    }

    [Fact]
    public async Task Explain_OfTheReadme_PrintsWhatTheReadmeShows()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", Configurations().ToList()[1].Data);
        var shown = ExplainExample().Match(Text);
        var arguments = Argument().Matches(shown.Groups["arguments"].Value).Select(argument => argument.Value.Trim('\''));

        var explained = await GatewayCommand.RunAsync(["explain", .. arguments, "--config", file]);

        Assert.Equal(shown.Groups["output"].Value, explained.Output.TrimEnd());
    }

    [Fact]
    public async Task Faults_OfTheReadme_AreWhatValidatePrints()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", """
            { "ReverseProxy": {
              "Routes": { "all": { "ClusterId": "apo", "Match": { "Path": "/" } } },
              "Clusters": { "api": {
                "Destinatons": {} } } } }
            """);

        var result = await GatewayCommand.RunAsync("validate", "--config", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Error.Trim(), Text, StringComparison.Ordinal);
    }

    [GeneratedRegex("gateway explain (?<arguments>[^\n]*)\n```\n\nprints\n\n```text\n(?<output>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ExplainExample();

    [GeneratedRegex("'[^']*'|[^ ']+")]
    private static partial Regex Argument();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`gateway ([a-z]+)[^`]*`")]
    private static partial Regex CommandRow();
}
