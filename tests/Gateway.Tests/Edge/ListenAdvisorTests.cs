using Gateway.Edge;
using Gateway.Tests.Support;

namespace Gateway.Tests.Edge;

public sealed class ListenAdvisorTests
{
    private const string Endpoints = """ "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:8080" }, "Management": { "Url": "http://*:9090" } } }, """;

    [Theory]
    [InlineData(Endpoints, "\"Urls\": \"http://*:80\"", "Urls")]
    [InlineData(Endpoints, "\"Urls\": \"http://*:8080;http://*:80\"", "Urls")]
    [InlineData(Endpoints, "\"ASPNETCORE_URLS\": \"http://localhost:8080\"", "ASPNETCORE_URLS")]
    [InlineData(Endpoints, "\"ASPNETCORE_HTTP_PORTS\": \"80\"", "ASPNETCORE_HTTP_PORTS")]
    [InlineData(Endpoints, "\"ASPNETCORE_HTTPS_PORTS\": \"8443\"", "ASPNETCORE_HTTPS_PORTS")]
    [InlineData(Endpoints, "\"Urls\": \"nonsense\"", "Urls")]
    [InlineData("", "\"Urls\": \"http://*:80\", \"ASPNETCORE_URLS\": \"http://*:81\"", "ASPNETCORE_URLS")]
    public void Setting_ThatIsNotListenedOn_IsTold(string kestrel, string setting, string path) =>
        Assert.Equal(path, Assert.Single(Advise(kestrel, setting)).Path);

    [Theory]
    [InlineData(Endpoints, "\"Urls\": \"\"")]
    [InlineData(Endpoints, "\"Urls\": \"HTTP://+:8080/\"")]
    [InlineData(Endpoints, "\"ASPNETCORE_URLS\": \"http://[::]:8080\"")]
    [InlineData(Endpoints, "\"ASPNETCORE_HTTP_PORTS\": \"8080\"")]
    [InlineData("", "\"Urls\": \"http://*:80\"")]
    [InlineData("", "\"ASPNETCORE_HTTP_PORTS\": \"80;81\"")]
    [InlineData("", "\"Urls\": \"http://*:80\", \"ASPNETCORE_HTTP_PORTS\": \"8080\"")]
    public void Setting_ThatIsListenedOnOrNobodyWrote_GetsNoAdvice(string kestrel, string setting) => Assert.Empty(Advise(kestrel, setting));

    private static IEnumerable<Gateway.Configuration.Advice> Advise(string kestrel, string setting) =>
        new ListenAdvisor().Advise(House.Read($$"""{ {{kestrel}} {{setting}}, "ReverseProxy": { "Routes": {} } }"""));
}
