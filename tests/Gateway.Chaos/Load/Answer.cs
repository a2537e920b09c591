using System.Globalization;

namespace Gateway.Chaos.Load;

/// <summary>A response as far as the load needs to know it.</summary>
internal sealed record Answer(int Status, string Head, string Body)
{
    public bool Closes => Header("Connection").Equals("close", StringComparison.OrdinalIgnoreCase);

    public string ProxyStatus => Header("Proxy-Status");

    /// <summary>Parses one response off the beginning; null when it is not whole yet.</summary>
    /// <exception cref="InvalidDataException">It is no HTTP response.</exception>
    public static Answer? Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return null;
        var (head, rest) = (text[..end], text[(end + 4)..]);
        if (!head.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || !int.TryParse(head.AsSpan(9, 3), CultureInfo.InvariantCulture, out var status))
            throw new InvalidDataException("no HTTP response");
        var answer = new Answer(status, head, rest);
        if (answer.Header("Transfer-Encoding").Length > 0)
            return rest.EndsWith("0\r\n\r\n", StringComparison.Ordinal) ? answer : null;
        return int.TryParse(answer.Header("Content-Length"), CultureInfo.InvariantCulture, out var length) && rest.Length >= length ? answer : null;
    }

    private string Header(string name)
    {
        foreach (var line in Head.Split("\r\n").Skip(1))
        {
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase) && line.Length > name.Length && line[name.Length] == ':')
                return line[(name.Length + 1)..].Trim();
        }
        return "";
    }
}
