using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Gateway.Forwarding;

/// <summary>
/// Removes the fields that a message's <c>Connection</c> field names: they are for this hop only
/// (RFC 9110 §7.6.1). YARP removes those that are so by definition.
/// </summary>
internal static class HopByHop
{
    private const string Connection = "Connection";

    // Options of the connection that are no fields, and fields that frame or route the message: no sender can take those away.
    private static readonly FrozenSet<string> Kept = FrozenSet.ToFrozenSet(
        ["close", "keep-alive", "upgrade", "host", "content-length", "content-type", "transfer-encoding", "te", "connection"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Removes from a request what its <c>Connection</c> names, before anything is added to it.</summary>
    public static void Remove(IHeaderDictionary headers, string? named)
    {
        if (named is null)
            return;
        foreach (var name in NamesIn(named))
            headers.Remove(name);
    }

    /// <summary>Removes from a response to the client what the backend's <c>Connection</c> names, as far as it came from the backend.</summary>
    public static void Remove(IHeaderDictionary headers, HttpResponseMessage answer)
    {
        if (!answer.Headers.NonValidated.TryGetValues(Connection, out var connection) || Kept.Contains(connection.ToString()))
            return;
        foreach (var name in NamesIn(connection.ToString()))
        {
            // The backend's lines stand behind those that were there before.
            var ours = headers[name].Count - CountIn(answer, name);
            headers[name] = ours > 0 ? headers[name].Take(ours).ToArray() : default(StringValues);
        }
    }

    private static IEnumerable<string> NamesIn(string connection) => connection
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(static name => !Kept.Contains(name));

    private static int CountIn(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) || answer.Content.Headers.NonValidated.TryGetValues(name, out values) ? values.Count : 0;
}
