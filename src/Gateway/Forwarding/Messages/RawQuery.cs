using System.Text;

namespace Gateway.Forwarding.Messages;

/// <summary>
/// Changes one parameter of a query and leaves the bytes of the others where they are: order, empty values, <c>+</c>,
/// escapes that are no text. Names are compared as servers do that read them, decoded and without regard to case.
/// </summary>
internal static class RawQuery
{
    /// <summary>Puts a parameter at the end.</summary>
    /// <param name="query">The query with its question mark, or nothing.</param>
    /// <param name="name">The parameter's name, as a text.</param>
    /// <param name="value">Its value, encoded.</param>
    public static string Append(string query, string name, string value)
    {
        var link = query.Length == 0 ? "?" : query.Length == 1 || query.EndsWith('&') ? "" : "&";
        return string.Concat(query, link, QueryText.Encode(name), string.Concat("=", value));
    }

    /// <summary>Gives a parameter one value, where its first one stands; at the end where it has none.</summary>
    public static string Set(string query, string name, string value) => Rewrite(query, name, value) ?? Append(query, name, value);

    /// <summary>Takes a parameter away.</summary>
    public static string Remove(string query, string name) => Rewrite(query, name, value: null) ?? query;

    // Null where the parameter is not there.
    private static string? Rewrite(string query, string name, string? value)
    {
        var kept = new StringBuilder(query.Length);
        var found = false;
        var parameters = query.AsSpan(Math.Min(1, query.Length));
        foreach (var range in parameters.Split('&'))
        {
            var parameter = parameters[range];
            if (!IsNamed(parameter, name))
            {
                kept.Append(Link(kept)).Append(parameter);
                continue;
            }
            if (!found && value is not null)
                kept.Append(Link(kept)).Append(NameOf(parameter)).Append('=').Append(value);
            found = true;
        }
        return found ? kept.ToString() : null;
    }

    private static char Link(StringBuilder kept) => kept.Length == 0 ? '?' : '&';

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> parameter) => parameter.IndexOf('=') is var end and >= 0 ? parameter[..end] : parameter;

    private static bool IsNamed(ReadOnlySpan<char> parameter, string name)
    {
        var own = NameOf(parameter);
        return own.ContainsAny('%', '+')
            ? Uri.UnescapeDataString(own.ToString().Replace('+', ' ')).Equals(name, StringComparison.OrdinalIgnoreCase)
            : own.Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
