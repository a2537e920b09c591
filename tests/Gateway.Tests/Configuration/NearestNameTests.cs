using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class NearestNameTests
{
    private static readonly string[] Names = ["Pool", "Retry", "CircuitBreaker", "HealthCheck"];

    [Theory]
    [InlineData("pool", "did you mean 'Pool'?")]
    [InlineData("Pol", "did you mean 'Pool'?")]
    [InlineData("opol", "did you mean 'Pool'?")]
    [InlineData("CircutBraker", "did you mean 'CircuitBreaker'?")]
    [InlineData("Rtery", "did you mean 'Retry'?")]
    [InlineData("Compression", "known are CircuitBreaker, HealthCheck, Pool, Retry")]
    public void Suggestion_ForAName_IsTheNearestOneOrAll(string found, string expected) => Assert.Equal(expected, NearestName.Suggest(found, Names));

    [Fact]
    public void Suggestion_WhereNothingIsKnown_SaysSo() => Assert.Equal("none is known here", NearestName.Suggest("x", []));

    [Fact]
    public void Suggestion_AmongVeryMany_DoesNotListThem() =>
        Assert.Equal("100 are known", NearestName.Suggest("something", Enumerable.Range(1000, 100).Select(i => $"name-{i}")));

    [Fact]
    public void Suggestion_ForAnEndlessName_ComesAtOnce() =>
        Assert.StartsWith("known are", NearestName.Suggest(new string('P', 10_000_000), Names), StringComparison.Ordinal);
}
