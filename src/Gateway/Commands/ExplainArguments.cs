using System.CommandLine;

namespace Gateway.Commands;

/// <summary>How <c>gateway explain</c> is asked.</summary>
internal static class ExplainArguments
{
    private const string Usage = "explain takes a method and a URL, such as: gateway explain GET http://shop.example.com/api";

    // One argument for both, as a setting may stand anywhere among them.
    private static readonly Argument<string[]> Words = new("METHOD URL")
    {
        Description = "The method, and the URL or only its path.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string[]> Headers = new("--header", "-H")
    {
        Description = "A header of the request; may be given again.",
        HelpName = "'NAME: VALUE'",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Client = new("--client")
    {
        Description = "The address that the connection comes from. Unless given: 127.0.0.1.",
        HelpName = "ADDRESS",
    };

    private static readonly Option<bool> Json = new("--json") { Arity = ArgumentArity.Zero, Description = "Prints one JSON object for scripts." };

    /// <param name="run">Given what was parsed, the settings among the arguments, the request, and whether to print JSON.</param>
    public static Command ToCommand(Func<ParseResult, IReadOnlyList<string>, ExplainedRequest, bool, Task<int>> run)
    {
        var command = new Command("explain", "Says which route, limits, transforms and backends a request would meet, and why not others: exit 0 matched, 1 not.")
        {
            Words, Headers, Client, Json,
        };
        command.SetAction(parsed =>
        {
            var words = parsed.GetValue(Words)!;
            var request = Request(parsed, [.. words.Where(word => !CommandLine.IsSetting(word))]);
            return Complaint.InsteadOfStackTraceAsync(() => run(parsed, [.. words.Where(CommandLine.IsSetting)], request, parsed.GetValue(Json)));
        });
        return command;
    }

    private static ExplainedRequest Request(ParseResult parsed, string[] words) =>
        words.FirstOrDefault(word => word.StartsWith('-')) is { } unknown ? throw new UsageException($"'{unknown}' is not an option of explain.")
        : words is [var method, var url] ? ExplainedRequest.Of(method, url, parsed.GetValue(Headers) ?? [], parsed.GetValue(Client))
        : throw new UsageException(Usage);
}
