using Yarp.ReverseProxy.Transforms;

namespace Gateway.Forwarding.Messages;

/// <summary>Sets a path, or puts one before the request's own. The escapes that it is written with are its author's, and stay.</summary>
/// <param name="path">The path as it is configured.</param>
/// <param name="isPrefix">Whether the request's own path follows.</param>
internal sealed class PathLiteralTransform(string path, bool isPrefix) : RequestTransform
{
    private readonly string _raw = Encode(path.StartsWith('/') ? path : "/" + path);

    /// <summary>A path of the configuration, ready to be sent.</summary>
    public static string Encode(string path) => new PathString(path).ToUriComponent();

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var rest = isPrefix ? TransformedTarget.PathOf(context) : "";
        TransformedTarget.SetPath(context, _raw.EndsWith('/') && rest.StartsWith('/') ? string.Concat(_raw, rest.AsSpan(1)) : _raw + rest);
        return default;
    }
}
