using System.CommandLine;
using System.Text.RegularExpressions;
using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary>The commands of <c>gateway</c>.</summary>
internal static partial class CommandLine
{
    private const int UsageError = 2;
    private const string Run = "run";

    private static readonly Option<string?> Config = new("--config", "-c")
    {
        Description = "The configuration file. Unless named: appsettings.json of the working directory, else beside the executable.",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<string?> EnvironmentName = new("--environment")
    {
        Description = "Which appsettings.{ENVIRONMENT}.json beside the file is laid over it. Unless named: ASPNETCORE_ENVIRONMENT, else Production.",
        HelpName = "ENVIRONMENT",
        Recursive = true,
    };

    // .NET's own hosting tools pass these on whatever program they start; they mean nothing here.
    private static readonly Option<string?>[] OfHosting = [Hidden("--contentRoot"), Hidden("--applicationName")];

    public static async Task<int> InvokeAsync(string[] args, BuildGateway build, Action<WebApplication> pipe, ProcessSignals signals)
    {
        var root = new RootCommand("An API gateway on YARP: limits, routes, balances, watches its backends, and says why when it refuses.")
        {
            Config, EnvironmentName,
        };
        Config.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value.Length: 0 }])
                result.AddError("--config names no file.");
        });
        foreach (var option in OfHosting)
            root.Options.Add(option);
        Add(root, Run, "Serves traffic until SIGTERM or SIGINT (the default).", layers => RunCommand.RunAsync(layers, build, pipe, signals));
        Add(root, "validate", "Checks the configuration as a start would and prints every fault.", layers => ValidateCommand.RunAsync(layers, build));
        Add(root, "health", "Asks the running gateway whether it is ready: exit 0 ready, 1 not.", HealthCommand.RunAsync);
        Add(root, "schema", "Prints the JSON Schema of the configuration file, for editors and scripts; reads no file.", _ => SchemaCommand.RunAsync(build));
        root.Subcommands.Add(ExplainArguments.ToCommand((parsed, settings, request, asJson) =>
            ExplainCommand.RunAsync(Layers(parsed, settings), build, pipe, request, asJson)));
        SetAction(root, layers => RunCommand.RunAsync(layers, build, pipe, signals));

        // An argument that begins with @ is no file of further arguments here.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Misused(parsed) is { } complaint)
            return await ComplainAsync(complaint);
        if (parsed.CommandResult.Command is not (RootCommand or { Name: Run }))
            signals.Release();
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        }
        catch (UsageException misused)
        {
            return await ComplainAsync(misused.Message);
        }
    }

    /// <summary>Whether an argument is a layer of the configuration, such as <c>--Gateway:Drain:Timeout=00:00:05</c>.</summary>
    public static bool IsSetting(string token) => Setting().IsMatch(token);

    private static async Task<int> ComplainAsync(string complaint)
    {
        await Console.Error.WriteLineAsync($"gateway: {complaint}\nTry 'gateway --help'.");
        return UsageError;
    }

    private static void Add(RootCommand root, string name, string description, Func<ConfigurationLayers, Task<int>> run)
    {
        var command = new Command(name, description);
        SetAction(command, run);
        root.Subcommands.Add(command);
    }

    private static void SetAction(Command command, Func<ConfigurationLayers, Task<int>> run)
    {
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed => Complaint.InsteadOfStackTraceAsync(() => run(Layers(parsed, parsed.UnmatchedTokens))));
    }

    private static ConfigurationLayers Layers(ParseResult parsed, IReadOnlyList<string> settings) => new(
        ConfigFile.Find(parsed.GetValue(Config)), ConfigFile.FindEnvironment(parsed.GetValue(EnvironmentName)), settings);

    private static string? Misused(ParseResult parsed) =>
        parsed.Errors.Select(error => error.Message).FirstOrDefault()
        ?? parsed.UnmatchedTokens.Where(token => !IsSetting(token))
            .Select(token => $"'{token}' is neither a command nor an option, nor a setting such as --Gateway:Drain:Timeout=00:00:05.").FirstOrDefault();

    private static Option<string?> Hidden(string name) => new(name) { Hidden = true, Recursive = true };

    // ASP.NET Core's own settings at the root are known by their names: what else has no colon is an option that was mistyped.
    [GeneratedRegex(@"^--([^:=\s]+(:[^:=\s]+)+|urls|allowedhosts)=", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Setting();
}
