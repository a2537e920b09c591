using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

public sealed class RouteAmbiguityTests
{
    [Theory]
    [InlineData("\"Match\": { \"Path\": \"/a\" }", "\"Match\": { \"Path\": \"/A\" }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a/{x}\" }", "\"Match\": { \"Path\": \"/a/{y}\" }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a/{**x}\" }", "\"Match\": { \"Path\": \"/a/{*y}\" }", false)]
    [InlineData("\"Match\": { \"Path\": \"a\" }", "\"Match\": { \"Path\": \"/a/\" }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a/{x}\" }", "\"Match\": { \"Path\": \"/a/{x:int}\" }", true)]
    [InlineData("\"Match\": { \"Path\": \"/a/{x}\" }", "\"Match\": { \"Path\": \"/a/{**x}\" }", true)]
    [InlineData("\"Match\": { \"Path\": \"/a\" }", "\"Match\": { \"Path\": \"/b\" }", true)]
    [InlineData("\"Match\": { \"Path\": \"/a\" }", "\"Order\": 1, \"Match\": { \"Path\": \"/a\" }", true)]
    [InlineData("\"Match\": { \"Path\": \"/a\" }", "\"Order\": 0, \"Match\": { \"Path\": \"/a\" }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a\", \"Methods\": [\"GET\", \"PUT\"] }", "\"Match\": { \"Path\": \"/a\", \"Methods\": [\"put\"] }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a\", \"Methods\": [\"GET\"] }", "\"Match\": { \"Path\": \"/a\", \"Methods\": [\"PUT\"] }", true)]
    [InlineData("\"Match\": { \"Hosts\": [\"a.b\", \"c.d\"] }", "\"Match\": { \"Hosts\": [\"C.D\", \"A.B\"] }", false)]
    [InlineData("\"Match\": { \"Hosts\": [\"a.b\"] }", "\"Match\": { \"Hosts\": [\"c.d\"] }", true)]
    [InlineData("\"Match\": { \"Hosts\": [\"a.b\"] }", "\"Match\": { \"Hosts\": [\"a.b\"], \"Path\": \"/a\" }", true)]
    [InlineData("\"Match\": { \"Path\": \"/a\", \"Headers\": [{ \"Name\": \"x\", \"Values\": [\"1\", \"2\"] }] }", "\"Match\": { \"Path\": \"/a\", \"Headers\": [{ \"Name\": \"X\", \"Values\": [\"2\", \"1\"] }] }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a\", \"Headers\": [{ \"Name\": \"x\", \"Values\": [\"1\"] }] }", "\"Match\": { \"Path\": \"/a\", \"Headers\": [{ \"Name\": \"x\", \"Values\": [\"2\"] }] }", true)]
    [InlineData("\"Match\": { \"Path\": \"/a\", \"QueryParameters\": [{ \"Name\": \"x\", \"Values\": [\"1\"] }] }", "\"Match\": { \"Path\": \"/a\", \"QueryParameters\": [{ \"Name\": \"x\", \"Values\": [\"1\"] }] }", false)]
    [InlineData("\"Match\": { \"Path\": \"/a\", \"QueryParameters\": [{ \"Name\": \"x\", \"Values\": [\"1\"] }] }", "\"Match\": { \"Path\": \"/a\" }", true)]
    public void Routes_ThatNoRequestCouldTellApart_AreAFault(string one, string other, bool toldApart)
    {
        House.Read($$"""
            { "ReverseProxy": { "Clusters": { "c": {} }, "Routes": { "one": { "ClusterId": "c", {{one}} }, "other": { "ClusterId": "c", {{other}} } } } }
            """, out var faults);

        if (toldApart)
            Assert.Empty(faults.All);
        else
        {
            var fault = Assert.Single(faults.All);
            Assert.Equal("ReverseProxy:Routes:other:Match", fault.Path);
            Assert.Contains("matches the same requests as route 'one'", fault.Problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Headers")]
    [InlineData("QueryParameters")]
    public void Condition_WithoutAName_IsAFaultOfTheRoute(string conditions)
    {
        House.Read($$"""
            { "ReverseProxy": { "Clusters": { "c": {} }, "Routes": { "one": { "ClusterId": "c", "Match": { "Path": "/", "{{conditions}}": [ { "Values": [ "1" ] } ] } } } } }
            """, out var faults);

        Assert.Equal("ReverseProxy:Routes:one", Assert.Single(faults.All).Path);
    }
}
