using System.Text;
using Gateway.Telemetry;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Forwarding;

/// <summary>
/// YARP's <c>RequestHeaderRouteValue</c>, for values beyond ASCII: a route value is text, and goes out as the bytes that the
/// client escaped. YARP checks the transform's keys.
/// </summary>
internal sealed class RouteValueFieldFactory : ITransformFactory
{
    private const string Key = "RequestHeaderRouteValue";

    public bool Validate(TransformRouteValidationContext context, IReadOnlyDictionary<string, string> transformValues) => false;

    public bool Build(TransformBuilderContext context, IReadOnlyDictionary<string, string> transformValues)
    {
        if (!transformValues.TryGetValue(Key, out var field))
            return false;
        var append = transformValues.TryGetValue("Append", out var routeValue);
        if (!append && !transformValues.TryGetValue("Set", out routeValue))
            return false;
        context.RequestTransforms.Add(new RouteValueField(field, routeValue!, append, FieldEncoding.Of(context.Cluster)));
        return true;
    }

    private sealed class RouteValueField(string field, string routeValue, bool append, Encoding? encoding) : RequestTransform
    {
        public override ValueTask ApplyAsync(RequestTransformContext context)
        {
            if (!context.HttpContext.Request.RouteValues.TryGetValue(routeValue, out var found) || found?.ToString() is not { } text)
                return default;
            var value = FieldText.Encode(text, encoding);
            // The message would leave a value with a line's end out, and say nothing.
            RequestFields.Check(value);
            var before = TakeHeader(context, field);
            AddHeader(context, field, append ? StringValues.Concat(before, value) : value);
            return default;
        }
    }
}
