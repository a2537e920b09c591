using Yarp.ReverseProxy.Transforms;

namespace Gateway.Forwarding.Messages;

/// <summary>Sets a query parameter, or adds one. YARP's own writes the whole query anew.</summary>
/// <param name="name">The parameter.</param>
/// <param name="appends">Whether to add to the values that are there.</param>
/// <param name="value">Its value, encoded; null where a request has none.</param>
internal sealed class QueryParameterTransform(string name, bool appends, Func<HttpContext, string?> value) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        if (value(context.HttpContext) is not { } text)
            return default;
        var target = TransformedTarget.Of(context.HttpContext);
        var query = target.Query ?? context.HttpContext.Request.QueryString.Value ?? "";
        target.Query = appends ? RawQuery.Append(query, name, text) : RawQuery.Set(query, name, text);
        return default;
    }
}

/// <summary>Takes a query parameter away.</summary>
internal sealed class QueryRemoveTransform(string name) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var target = TransformedTarget.Of(context.HttpContext);
        target.Query = RawQuery.Remove(target.Query ?? context.HttpContext.Request.QueryString.Value ?? "", name);
        return default;
    }
}
