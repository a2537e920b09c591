using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Gateway.Forwarding;

/// <summary>
/// Removes the fields that a message's <c>Connection</c> field names: they are for this hop only
/// (RFC 9110 §7.6.1). YARP removes those that are so by definition.
/// </summary>
internal static class HopByHop
{
    // Options of the connection that are no fields, and fields that frame or route the message: no sender can take those away.
    private static readonly FrozenSet<string> Kept = FrozenSet.ToFrozenSet(
        ["close", "keep-alive", "upgrade", "host", "content-length", "content-type", "transfer-encoding", "te", "connection"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Removes from <paramref name="headers"/> what <paramref name="connection"/> names.</summary>
    public static void Remove(IHeaderDictionary headers, StringValues connection)
    {
        if (connection.Count == 0 || (connection.Count == 1 && connection[0] is { } option && Kept.Contains(option)))
            return;
        foreach (var value in connection)
        {
            foreach (var name in value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                if (!Kept.Contains(name))
                    headers.Remove(name);
            }
        }
    }
}
