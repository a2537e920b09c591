using Gateway.Edge;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Tests.Edge;

public sealed class KestrelBodyRatesTests
{
    [Fact]
    public void Rates_ThatAreNotSet_AreNoneForRequestsAndKestrelsForResponses()
    {
        var limits = Apply("{}");

        Assert.Null(limits.MinRequestBodyDataRate);
        Assert.Equal(240, limits.MinResponseDataRate!.BytesPerSecond);
    }

    [Theory]
    [InlineData("MinRequestBodyDataRate")]
    [InlineData("MinResponseDataRate")]
    public void Rate_ThatIsSet_Holds(string key)
    {
        var whole = Apply($$"""{ "{{key}}": { "BytesPerSecond": 1000.5, "GracePeriod": "00:00:10" } }""");
        var half = Apply($$"""{ "{{key}}": { "BytesPerSecond": 7 } }""");

        Assert.Equal((1000.5, TimeSpan.FromSeconds(10)), Of(whole));
        Assert.Equal((7, TimeSpan.FromSeconds(5)), Of(half));

        (double, TimeSpan) Of(KestrelServerLimits limits) => (key == "MinRequestBodyDataRate" ? limits.MinRequestBodyDataRate : limits.MinResponseDataRate) is { } rate
            ? (rate.BytesPerSecond, rate.GracePeriod) : default;
    }

    [Fact]
    public void Rate_OfNull_IsNone() => Assert.Null(Apply("""{ "MinResponseDataRate": null }""").MinResponseDataRate);

    [Theory]
    [InlineData("""{ "BytesPerSecond": 0 }""", "BytesPerSecond")]
    [InlineData("""{ "BytesPerSecond": "fast" }""", "BytesPerSecond")]
    [InlineData("""{ "BytesPerSecond": "NaN" }""", "BytesPerSecond")]
    [InlineData("""{ "BytePerSecond": 100 }""", "BytesPerSecond")]
    [InlineData("""{ "GracePeriod": "00:00:05" }""", "BytesPerSecond")]
    [InlineData("""{ "BytesPerSecond": 1, "GracePeriod": "00:00:01" }""", "GracePeriod")]
    [InlineData("""{ "BytesPerSecond": 1, "GracePeriod": "soon" }""", "GracePeriod")]
    [InlineData("240", "")]
    public void Rate_ThatKestrelCouldNotTake_IsAFault(string rate, string key)
    {
        foreach (var name in (string[])["MinRequestBodyDataRate", "MinResponseDataRate"])
        {
            House.Read($$"""{ "Kestrel": { "Limits": { "{{name}}": {{rate}} } }, "ReverseProxy": { "Routes": {} } }""", out var faults);

            Assert.Equal([$"Kestrel:Limits:{name}{(key.Length > 0 ? ":" : "")}{key}"], faults.All.Select(fault => fault.Path));
        }
    }

    [Fact]
    public void Rates_ThatAreRight_AreNoFaults() => House.Read("""
        {
          "Kestrel": { "Limits": { "MaxRequestBodySize": null, "MinRequestBodyDataRate": { "BytesPerSecond": 240, "GracePeriod": "00:00:05" }, "MinResponseDataRate": null } },
          "ReverseProxy": { "Routes": {} }
        }
        """);

    private static KestrelServerLimits Apply(string limits)
    {
        var options = new KestrelServerOptions();
        KestrelBodyRates.Apply(options.Limits, House.Parse($$"""{ "Kestrel": { "Limits": {{limits}} } }""").GetSection("Kestrel:Limits"));
        return options.Limits;
    }
}
