using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>Prometheus and its checker, of Debian's package prometheus. A test that needs them is skipped where they are missing, and says so.</summary>
internal static class PrometheusTools
{
    public static ProgramStart Prometheus(params IReadOnlyList<string> arguments) => new(Find("prometheus"), arguments);

    /// <summary>Runs the checker, which is to be content.</summary>
    public static async Task AssertPromtoolAsync(params IReadOnlyList<string> arguments)
    {
        var result = await ProgramProcess.RunAsync(new ProgramStart(Find("promtool"), arguments));

        Assert.True(result.ExitCode == 0, result.Everything);
    }

    /// <summary>Expressions as rules, for the checker to judge.</summary>
    public static string AsRules(IEnumerable<string> expressions)
    {
        var rules = new StringBuilder("groups:\n  - name: queries\n    rules:\n");
        var number = 0;
        foreach (var expression in expressions)
            // A JSON text is a YAML text as well.
            rules.Append("      - record: query:number:").Append(++number).Append("\n        expr: ").Append(JsonSerializer.Serialize(expression)).Append('\n');
        return rules.ToString();
    }

    private static string Find(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{program} is not installed (Debian: apt-get install prometheus).");
        return found!;
    }
}
