using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;
using Gateway.Configuration;
using Gateway.Configuration.Schema;

namespace Gateway.Tests.Configuration.Schema;

public sealed class ScalarSchemaTests
{
    [Fact]
    public void Types_ThatTheReaderParses_AllHaveASchema() => Assert.All(ScalarParser.Types, type => Assert.NotNull(ScalarSchema.Of(type, null)["type"]));

    [Theory]
    [InlineData(typeof(TimeSpan), "00:00:05", "0:0:5", "1:30", "23:59:59.9999999", "1.00:00:00", "-00:00:00.001", "5", "", "five", "00:60", "00:00:60", "00:00:00.12345678", ":", "1:2:3:4:5")]
    [InlineData(typeof(int), "5", "-5", "+5", "05", "5.0", "1e3", "", "five", "1,000", "0x5")]
    [InlineData(typeof(long), "5", "-5", "5.0", "five")]
    [InlineData(typeof(double), "0.2", "-1", ".5", "5.", "1e3", "1E-3", "", ".", "NaN", "Infinity", "0,2", "1e")]
    [InlineData(typeof(bool), "true", "True", "FALSE", "yes", "1", "", "tru")]
    [InlineData(typeof(IPNetwork), "10.0.0.0/8", "fd00::/8", "10.0.0.0", "10.0.0.0/", "any", "")]
    [InlineData(typeof(IPAddress), "10.0.0.1", "::1", "fe80::1%2", "localhost", "10.0.0.0/8", "")]
    [InlineData(typeof(Uri), "http://127.0.0.1:8080", "socks5://proxy", "127.0.0.1", "proxy", "")]
    public void Pattern_OfAType_MatchesWhatTheReaderParses(Type type, params string[] texts)
    {
        var pattern = (string)ScalarSchema.Of(type, null)["pattern"]!;

        Assert.All(texts, text => Assert.Equal(Parses(text, type), Regex.IsMatch(text, pattern, RegexOptions.ECMAScript)));
    }

    [Fact]
    public void Duration_InARange_IsNotLessThanNothing()
    {
        var pattern = (string)ScalarSchema.Of(typeof(TimeSpan), new RangeAttribute(typeof(TimeSpan), "00:00:00", "1.00:00:00"))["pattern"]!;

        Assert.Matches(pattern, "00:00:01");
        Assert.DoesNotMatch(pattern, "-00:00:01");
    }

    [Fact]
    public void HttpVersions_InTheSchema_AreParsed() =>
        Assert.All(ScalarSchema.Of(typeof(Version), null)["enum"]!.AsArray(), version => Assert.True(Parses((string)version!, typeof(Version))));

    private static bool Parses(string text, Type type) => ScalarParser.Parse("", text, type, null, new FaultList()) is not null;
}
