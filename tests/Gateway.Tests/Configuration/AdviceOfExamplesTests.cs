using System.Text.RegularExpressions;
using Gateway.Draining;
using Gateway.Tests.Architecture;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>What is shown to be copied contradicts itself nowhere, in a container neither.</summary>
public sealed partial class AdviceOfExamplesTests
{
    private static readonly string Repository = Path.Combine(ArrowTests.Source(), "..", "..");

    public static TheoryData<string> Examples() =>
    [
        File.ReadAllText(Path.Combine(Repository, "appsettings.json")),
        .. JsonBlock().Matches(File.ReadAllText(Path.Combine(Repository, "README.md"))).Select(match => match.Groups[1].Value),
    ];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_GetsNoAdvice(string json)
    {
        var snapshot = House.Read(json);

        Assert.Empty(House.Advise(snapshot));
        Assert.Empty(new DrainAdvisor(inContainer: true).Advise(snapshot));
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
