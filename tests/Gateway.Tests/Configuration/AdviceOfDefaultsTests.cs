using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>What stands in the defaults is told once and where it stands, and a cluster that differs where it differs.</summary>
public sealed class AdviceOfDefaultsTests
{
    private const string Two = "\"Destinations\": { \"one\": { \"Address\": \"http://a:1/\" }, \"two\": { \"Address\": \"http://a:2/\" } }";
    private const string One = "\"Destinations\": { \"one\": { \"Address\": \"http://a:1/\" } }";
    private const string Defaults = "Gateway:ClusterDefaults:";
    private const string B = "ReverseProxy:Clusters:b:";

    [Theory]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:06\" } }", Two, Two, Defaults + "HealthCheck:Tcp:Timeout")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:05\" } }", Two, Two + ", \"HealthCheck\": { \"Tcp\": { \"Interval\": \"00:00:04\" } }", B + "HealthCheck:Tcp:Interval")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:05\" } }", Two, Two + ", \"CircuitBreaker\": { \"BreakDuration\": \"00:00:04\" }", B + "CircuitBreaker:BreakDuration")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 49 }", Two, Two, Defaults + "HealthCheck:MaxEjectedPercent")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 49 }", Two, Two + ", \"HealthCheck\": { \"MaxEjectedPercent\": 50 }", Defaults + "HealthCheck:MaxEjectedPercent")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 50 }", One, Two, Defaults + "CircuitBreaker:MaxEjectedPercent")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 50 }", Two, Two + ", \"CircuitBreaker\": { \"MaxEjectedPercent\": 49 }", B + "CircuitBreaker:MaxEjectedPercent")]
    [InlineData("\"Pool\": { \"QueueLimit\": 5, \"Enabled\": false }", Two, Two, Defaults + "Pool:QueueLimit")]
    [InlineData("\"Pool\": { \"QueueLimit\": 5 }", Two, Two + ", \"Pool\": { \"Enabled\": false }", null)]
    [InlineData("\"Pool\": { \"Enabled\": false }", Two, Two + ", \"Pool\": { \"QueueLimit\": 5 }", B + "Pool:QueueLimit")]
    [InlineData("\"Retry\": { \"MaxAttempts\": 3 }", One, One, Defaults + "Retry:MaxAttempts")]
    [InlineData("\"Retry\": { \"MaxAttempts\": 3 }", One, Two, null)]
    [InlineData("\"Retry\": { \"MaxAttempts\": 3 }", One + ", \"Retry\": { \"Enabled\": false }", Two, null)]
    [InlineData("\"Retry\": { \"MaxAttempts\": 3 }", Two, One + ", \"Retry\": { \"MaxAttempts\": 2 }", B + "Retry:MaxAttempts")]
    [InlineData("\"Retry\": { \"Enabled\": false }", One, One, null)]
    public void Contradiction_WithTheDefaults_IsToldAtTheSettingThatMadeIt(string defaults, string a, string b, string? path) =>
        Assert.Equal(path is null ? [] : [path], House.Advise(Json(defaults, a, b)).Select(advice => advice.Path));

    [Theory]
    [InlineData("HealthCheck:Tcp:Timeout", "00:00:03")]
    [InlineData("healthcheck:tcp:Timeout", "00:00:03")]
    public void Find_OfASettingByItsPath_GivesTheValueInForce(string path, string value) =>
        Assert.Equal(TimeSpan.Parse(value, null), House.Read(Json("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:03\" } }", Two, Two)).Find<TimeSpan>("A", path));

    [Theory]
    [InlineData("HealthCheck:Udp:Timeout")]
    [InlineData("HealthCheck:Tcp:Patience")]
    public void Find_OfWhatNoGateHas_IsNull(string path) => Assert.Null(House.Read(Json("", Two, Two)).Find<TimeSpan>("a", path));

    private static string Json(string defaults, string a, string b) => $$"""
        { "Gateway": { "ClusterDefaults": { {{defaults}} } }, "ReverseProxy": {
            "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/a" } }, "b": { "ClusterId": "b", "Match": { "Path": "/b" } } },
            "Clusters": { "a": { {{a}} }, "b": { {{b}} } } } }
        """;
}
