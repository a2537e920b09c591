using Gateway.Routing;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Tests.Routing;

/// <summary>A request before and after, and what of it is not for showing.</summary>
public sealed class TransformedTests
{
    [Fact]
    public void Headers_AreToldByWhatBecameOfThem()
    {
        var headers = Compare([("X-Kept", "1"), ("X-Gone", "2"), ("X-New", "3")], [("x-kept", "1"), ("X-New", "4"), ("X-Added", "5")]).Headers;

        Assert.Equal(
            [new("X-Added", "added", null, "5"), new("X-Gone", "removed", "2", null), new("X-Kept", "kept", "1", "1"), new("X-New", "changed", "3", "4")], headers);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Cookie")]
    [InlineData("X-Api-Key")]
    [InlineData("X-Access-Token")]
    public void Secret_OfTheConfiguration_IsHiddenAndTheUsersOwnIsNot(string name)
    {
        Assert.Equal("***", Compare([], [(name, "config")]).Headers.Single().After);
        Assert.Equal(("own", "***"), Values(Compare([(name, "own")], [(name, "own; config")])));
        Assert.Equal(("own", "own"), Values(Compare([(name, "own")], [(name, "own")])));
    }

    [Fact]
    public void TraceParent_OfThisRun_IsNotShown()
    {
        Assert.Equal("(a new span)", Compare([], [("traceparent", "00-1-2-01")]).Headers.Single().After);
        Assert.Equal(("mine", "(a new span)"), Values(Compare([("traceparent", "mine")], [("traceparent", "00-1-2-01")])));
    }

    [Theory]
    [InlineData("/a?b=1", "/c?b=1&api_key=s", "?b=1", "?b=1&api_key=***")]
    [InlineData("/a?token=own", "/c?token=own", "?token=own", "?token=own")]
    [InlineData("/a", "/c?x=1", "", "?x=1")]
    [InlineData("/a?b", "/c", "?b", "")]
    public void Query_OfTheConfiguration_IsHiddenWhereItNamesASecret(string came, string sent, string before, string after) =>
        Assert.Equal(new Change(before, after), Compare([], [], came, sent).Query);

    private static (string?, string?) Values(ExplainedTransforms transforms) => (transforms.Headers.Single().Before, transforms.Headers.Single().After);

    private static ExplainedTransforms Compare((string Name, string Value)[] came, (string Name, string Value)[] sent, string target = "/", string sentTarget = "/")
    {
        DefaultHttpContext request = Requests.New();
        request.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        foreach (var (name, value) in came)
            request.Request.Headers[name] = value;
        return new Transformed(request).Into(new SentRequest("d1", "GET", sentTarget, [.. sent.Select(header => KeyValuePair.Create(header.Name, header.Value))]), []);
    }
}
