using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>Which folder may name which: Program to gates, gates to the shared nouns, and no gate to another.</summary>
public sealed partial class ArrowTests
{
    private static readonly string[] Nouns = ["Configuration", "Refusals", "Telemetry", "Sockets"];

    // What two gates need of each other goes through an interface that belongs to the one who asks.
    private static readonly Dictionary<string, string> Interfaces = new()
    {
        ["Draining -> Management"] = "IReadiness",
        ["Draining -> Forwarding"] = "IEventStreams",
        ["Health -> Management"] = "IReadiness",
        ["Health -> LoadBalancing"] = "IUpSince",
        ["Pooling -> LoadBalancing"] = "IDestinationGate",
        ["CircuitBreaking -> LoadBalancing"] = "IDestinationGate",
        ["Forwarding -> LoadBalancing"] = "Chooser",
        ["Forwarding -> Routing"] = "SentRequest",
        ["RateLimiting -> Routing"] = "ILimitTeller",
        ["Health -> Routing"] = "IDestinationTeller",
        ["LoadBalancing -> Routing"] = "IChoiceTeller",
        ["Pooling -> Management"] = "IDestinationPart",
        ["CircuitBreaking -> Management"] = "IDestinationPart",
        ["LoadBalancing -> Management"] = "IDestinationPart",
        ["RateLimiting -> Management"] = "IGatewayPart",
        ["Decisions -> Management"] = "IDestinationPart",
        ["Routing -> Decisions"] = "INearMisses",
        ["Pooling -> Routing"] = "IDestinationTeller",
        ["CircuitBreaking -> Routing"] = "IDestinationTeller",
    };

    // Commands belong to Program's side: they start the house and may name what they start.
    private static readonly string[] Above = ["Commands"];

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Source()).Select(folder => Path.GetFileName(folder)).Where(IsSource).Order()];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_NamesOthers_OnlyAlongTheArrows(string folder)
    {
        if (Above.Contains(folder))
            return;
        var unexpected = Named(folder).Where(other => !Nouns.Contains(other) && !Interfaces.ContainsKey($"{folder} -> {other}"));

        Assert.Empty(unexpected.Select(other => $"{folder} -> {other}"));
    }

    [Fact]
    public void Exceptions_FromTheArrows_AreStillNeeded() =>
        Assert.All(Interfaces.Keys.Select(arrow => arrow.Split(" -> ")), arrow => Assert.Contains(arrow[1], Named(arrow[0])));

    private static string[] Named(string folder) => [.. Files(folder)
        .SelectMany(file => Folder().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))
        .Where(name => name != folder && Directory.Exists(Path.Combine(Source(), name)))
        .Distinct().Order()];

    private static string[] Files(string folder) => Directory.GetFiles(Path.Combine(Source(), folder), "*.cs", SearchOption.AllDirectories);

    private static bool IsSource(string? folder) => folder is not null && Files(folder).Length > 0 && folder is not ("bin" or "obj");

    // A using of ours, or a name that begins with a folder's: both point there.
    [GeneratedRegex(@"(?:using (?:static )?Gateway\.(?<name>\w+)|(?<![\w.""/<])(?:Gateway\.)?(?<name>[A-Z]\w+)\.[A-Z])")]
    private static partial Regex Folder();

    internal static string Source()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
                return Path.Combine(folder.FullName, "src", "Gateway");
        }
        throw new InvalidOperationException("The tests do not run inside a clone of the repository.");
    }
}
