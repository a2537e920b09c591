using Gateway.Forwarding.Messages;

namespace Gateway.Tests.Forwarding.Messages;

public sealed class RawQueryTests
{
    [Theory]
    [InlineData("", "?a=v")]
    [InlineData("?", "?a=v")]
    [InlineData("?b", "?b&a=v")]
    [InlineData("?b&", "?b&a=v")]
    [InlineData("?a", "?a=v")]
    [InlineData("?A=1", "?A=v")]
    [InlineData("?%41=1&b&a=2", "?%41=v&b")]
    [InlineData("?a=1&&a=2&", "?a=v&&")]
    [InlineData("?aa=1&b=a", "?aa=1&b=a&a=v")]
    public void Parameter_Set_StandsWhereItStood(string query, string expected) => Assert.Equal(expected, RawQuery.Set(query, "a", "v"));

    [Theory]
    [InlineData("", "")]
    [InlineData("?", "?")]
    [InlineData("?a", "")]
    [InlineData("?a&b", "?b")]
    [InlineData("?b&a=1&a=2&c", "?b&c")]
    [InlineData("?%61=1&b=+", "?b=+")]
    public void Parameter_Removed_LeavesTheOthers(string query, string expected) => Assert.Equal(expected, RawQuery.Remove(query, "a"));

    [Theory]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("a&b=c", "a%26b%3Dc")]
    [InlineData("%2f%41%FF", "%2f%41%FF")]
    [InlineData("%zz%4%", "%25zz%254%25")]
    public void PartOfAPath_InAQuery_StandsForTheSameBytes(string raw, string expected) => Assert.Equal(expected, QueryText.EncodePath(raw));
}
