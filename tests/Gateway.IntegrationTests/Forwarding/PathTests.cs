using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>The path that was matched is the path that is sent, byte for byte.</summary>
public sealed class PathTests(PathTests.Forwarding forwarding) : IClassFixture<PathTests.Forwarding>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/a/")]
    [InlineData("//a//b")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%2fb")]
    [InlineData("/a%252Fb")]
    [InlineData("/a%20b")]
    [InlineData("/a+b")]
    [InlineData("/%C3%BC")]
    [InlineData("/%c3%bc")]
    [InlineData("/%41")]
    [InlineData("/a;b=c,d")]
    [InlineData("/a!$&'()*,:@-._~")]
    [InlineData("/%7Euser")]
    [InlineData("/a%3Fb")]
    [InlineData("/a%23b")]
    [InlineData("/a%5Cb")]
    [InlineData("/a.b/..c/...")]
    [InlineData("/a?b=c")]
    [InlineData("/a?")]
    [InlineData("/a?b=%2F&c=/../d&e=a+b%20c")]
    [InlineData("/a?%")]
    [InlineData("/[a]|b")]
    public async Task Target_OfTheClient_ReachesTheBackendByteForByte(string target) => Assert.Equal(target, await SentAsync(target));

    [Theory]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/%2e%2e/b", "/b")]
    [InlineData("/a/.%2E/b%2Fc", "/b%2Fc")]
    [InlineData("/../../a", "/a")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/a/../b?c=/../d", "/b?c=/../d")]
    public async Task DotSegments_OfThePath_AreResolvedBeforeItIsSent(string target, string expected) => Assert.Equal(expected, await SentAsync(target));

    [Fact]
    public async Task AbsoluteForm_OfTheTarget_IsSentAsItsPath()
    {
        var response = await RawClient.AskAsync(forwarding.Gateway.Traffic, "GET http://any.example/a/b?c=%2F HTTP/1.1\r\nHost: any.example\r\n\r\n");

        Assert.Equal("/a/b?c=%2F", response.Text);
    }

    private async Task<string> SentAsync(string target)
    {
        var response = await RawClient.AskAsync(forwarding.Gateway.Traffic, $"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, response.Status);
        return response.Text;
    }

    /// <summary>A backend that answers with the target it was asked for.</summary>
    public sealed class Forwarding : IAsyncLifetime
    {
        private readonly ScriptedBackend _backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
                await connection.AnswerAsync(request.Target);
        });

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayFactory.StartAsync(GatewayConfig.To(_backend.Address));

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await _backend.DisposeAsync();
        }
    }
}
