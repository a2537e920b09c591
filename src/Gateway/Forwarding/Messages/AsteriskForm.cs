using System.Runtime.CompilerServices;

namespace Gateway.Forwarding.Messages;

/// <summary>
/// The target of a request that is about the server as a whole: <c>OPTIONS *</c> (RFC 9112 §3.2.4). The HTTP client takes
/// the target from the address, and no address that can be parsed has this one.
/// </summary>
internal static class AsteriskForm
{
    public const string Target = "*";

    /// <summary>Makes <c>*</c> the target of an address.</summary>
    /// <exception cref="MissingMemberException">The runtime's own type is built differently; the request is then refused.</exception>
    public static void Apply(Uri address)
    {
        // Made once and then kept, so what is kept is what the client sends.
        _ = address.PathAndQuery;
        PathAndQuery(Info(address)) = Target;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "EnsureUriInfo")]
    [return: UnsafeAccessorType("System.Uri+UriInfo, System.Private.Uri")]
    private static extern object Info(Uri address);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "PathAndQuery")]
    private static extern ref string PathAndQuery([UnsafeAccessorType("System.Uri+UriInfo, System.Private.Uri")] object info);
}
