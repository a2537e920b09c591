using System.Security.Cryptography;
using System.Text;

namespace Gateway.Management.Page;

/// <summary>The page in one piece, and the policy under which a browser runs its own style and script and nothing else.</summary>
/// <param name="Html">The page in UTF-8.</param>
/// <param name="SecurityPolicy">Its <c>Content-Security-Policy</c>.</param>
internal sealed record PageDocument(ReadOnlyMemory<byte> Html, string SecurityPolicy)
{
    // Functions may be used before they are told, constants not: those that begin something come last.
    private static readonly string[] Scripts =
        ["format", "dom", "model", "charts", "states", "stream", "problems", "top", "destinations", "clusters", "refusals", "limits", "routes", "decision", "announce", "main"];

    /// <summary>Puts the page's parts, which are embedded in the assembly, together.</summary>
    public static PageDocument Read()
    {
        var style = Text("page.css");
        var script = $"\"use strict\";\n{string.Join('\n', Scripts.Select(name => Text($"{name}.js")))}";
        var html = Text("page.html")
            .Replace("<!-- style -->", $"<style>{style}</style>", StringComparison.Ordinal)
            .Replace("<!-- script -->", $"<script>{script}</script>", StringComparison.Ordinal);
        // The icon is a picture in the page's own text.
        var policy = $"default-src 'none'; style-src {Hash(style)}; script-src {Hash(script)}; connect-src 'self'; img-src data:; " +
            "base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
        return new(Encoding.UTF8.GetBytes(html), policy);
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    // A browser hashes what it parsed, whose lines end in one way on every platform.
    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(PageDocument).Assembly.GetManifestResourceStream($"page/{name}")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
