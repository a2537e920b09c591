using System.Globalization;
using System.Text;

namespace Gateway.IntegrationTests.Support;

/// <summary>A request or a response as it stood on the wire.</summary>
internal sealed record RawMessage(string StartLine, IReadOnlyList<(string Name, string Value)> Headers)
{
    public byte[] Body { get; init; } = [];

    public IReadOnlyList<(string Name, string Value)> Trailers { get; init; } = [];

    public int Status => int.Parse(StartLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public string Target => StartLine.Split(' ')[1];

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>A field's value, several lines joined; null where there is none.</summary>
    public string? this[string name]
    {
        get
        {
            var values = Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
            return values.Count == 0 ? null : string.Join(", ", values);
        }
    }

    public static RawMessage Parse(string head)
    {
        var lines = head.Split("\r\n");
        return new RawMessage(lines[0], ParseFields(lines.Skip(1)));
    }

    public static IReadOnlyList<(string Name, string Value)> ParseFields(IEnumerable<string> lines) =>
        [.. lines.Where(line => line.Length > 0).Select(line => line.Split(':', 2)).Select(parts => (parts[0], parts.Length > 1 ? parts[1].Trim() : ""))];
}
