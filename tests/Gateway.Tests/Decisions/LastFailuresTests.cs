using System.Text;
using System.Text.Json;
using Gateway.Decisions;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Decisions;

public sealed class LastFailuresTests
{
    private readonly LastFailures _failures = new(new FakeTimeProvider());

    [Fact]
    public void AnswerThatSaysItCannotServe_IsAFailureOfItsDestination()
    {
        End(status: 503);

        Assert.Equal("http_response_status", Assert.Single(Told()));
    }

    [Fact]
    public void RequestThatTheDrainCut_IsNone()
    {
        End(status: 503, cut: true);

        Assert.Empty(Told());
    }

    private void End(int status, bool cut = false)
    {
        var context = Requests.New();
        context.Response.StatusCode = status;
        var exchange = context.Exchange();
        (exchange.Cluster, exchange.Destination, exchange.Cut, exchange.Aborted) = ("c", "d", cut, cut);
        _failures.Ended(exchange);
    }

    private List<string?> Told()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
            _failures.Write(json, new("c", "d"));
        return [.. JsonDocument.Parse(Encoding.UTF8.GetString(text.ToArray())).RootElement.EnumerateArray().Select(failure => failure.GetProperty("error").GetString())];
    }
}
