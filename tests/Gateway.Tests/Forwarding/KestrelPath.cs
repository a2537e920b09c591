using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Tests.Forwarding;

/// <summary>Kestrel's own decoding of a request's path: what routes are matched with.</summary>
internal static class KestrelPath
{
    private delegate string Decoder(Span<byte> path, bool pathEncoded, string rawTarget, int queryLength);

    // Not public, but the one truth: a copy of it here could be wrong in the same way as what it checks.
    private static readonly Decoder DecodePath = typeof(KestrelServer).Assembly
        .GetType("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.PathDecoder", throwOnError: true)!
        .GetMethod("DecodePath", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
        .CreateDelegate<Decoder>();

    public static string Decode(string rawTarget)
    {
        var query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var raw = query < 0 ? rawTarget : rawTarget[..query];
        return DecodePath(Encoding.ASCII.GetBytes(raw), raw.Contains('%', StringComparison.Ordinal), rawTarget, rawTarget.Length - raw.Length);
    }
}
