using System.Diagnostics;
using Gateway.Forwarding;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Forwarding;

public sealed class AttemptSpanTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Span_OfARequestThatHasNone_IsNoneAndCostsNothing()
    {
        var exchange = Requests.New().Exchange();

        Assert.Equal(0, Allocations.Of(() => Assert.Null(AttemptSpan.Begin(exchange, _time, 0))));
    }

    [Theory]
    [InlineData("http://10.0.0.1:8080/a%2Fb?secret=1", "http://10.0.0.1:8080/a%2Fb")]
    [InlineData("http://user:secret@backend/x", "http://backend/x")]
    [InlineData("https://backend:8443/", "https://backend:8443/")]
    public void Address_IsToldWithoutWhatMayBeSecret(string address, string told)
    {
        using var span = new Activity("attempt") { IsAllDataRequested = true }.Start();

        AttemptSpan.Address(span, new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

        Assert.Equal(told, span.GetTagItem("url.full"));
        Activity.Current = null;
    }
}
