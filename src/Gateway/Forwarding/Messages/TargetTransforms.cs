using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Forwarding.Messages;

/// <summary>Builds the transforms of a target that move or keep a client's bytes. What is wrong with one, YARP's own say: they are asked next.</summary>
internal sealed class TargetTransforms : ITransformFactory
{
    public bool Validate(TransformRouteValidationContext context, IReadOnlyDictionary<string, string> transformValues) => false;

    public bool Build(TransformBuilderContext context, IReadOnlyDictionary<string, string> transformValues)
    {
        if (Transform(transformValues) is not { } transform)
            return false;
        context.RequestTransforms.Add(transform);
        return true;
    }

    private static RequestTransform? Transform(IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 1)
            return OfOne(values.First());
        if (values.Count != 2)
            return null;
        var appends = values.TryGetValue("Append", out var value);
        if (!appends && !values.TryGetValue("Set", out value))
            return null;
        if (values.TryGetValue("QueryValueParameter", out var name))
            return new QueryParameterTransform(name, appends, Constant(value!));
        return values.TryGetValue("QueryRouteParameter", out name) ? new QueryParameterTransform(name, appends, OfRoute(value!)) : null;
    }

    private static RequestTransform? OfOne(KeyValuePair<string, string> setting) => setting.Key.ToUpperInvariant() switch
    {
        "PATHSET" => new PathLiteralTransform(setting.Value, isPrefix: false),
        "PATHPREFIX" => new PathLiteralTransform(setting.Value, isPrefix: true),
        "PATHPATTERN" => new PathPatternTransform(RoutePatternFactory.Parse(setting.Value)),
        "QUERYREMOVEPARAMETER" => new QueryRemoveTransform(setting.Value),
        _ => null,
    };

    private static Func<HttpContext, string?> Constant(string value)
    {
        var encoded = QueryText.Encode(value);
        return _ => encoded;
    }

    private static Func<HttpContext, string?> OfRoute(string parameter) => context =>
        new RawRouteValues(context).Find(parameter) is { } raw ? QueryText.EncodePath(raw) : null;
}
