using System.Net.Security;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Over TLS, too, the end of a connection is told from an answer, and nothing is sent again in silence.</summary>
public class TlsRetryTests
{
    private const string WithoutAlpn = "none", Http11 = "http/1.1";

    [Theory]
    [InlineData(WithoutAlpn, "POST", null)]
    [InlineData(WithoutAlpn, "POST", "a body")]
    [InlineData(Http11, "POST", null)]
    [InlineData(Http11, "POST", "a body")]
    [InlineData(Http11, "PATCH", null)]
    public async Task KeptAlive_ClosedInOrderAfterReadingAPost_IsNotSentAgain(string alpn, string method, string? body)
    {
        await using var closing = ScriptedBackend.Start(ServeOneAndReadAnother, Tls(alpn));
        await using var other = ScriptedBackend.Start(Scripts.Serve(), Tls(alpn));
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, other.Address));
        Assert.Equal("ok", await gateway.GetTextAsync("/first"));

        var response = await AskAsync(gateway, method, body);

        Assert.Equal((502, "gateway; error=connection_terminated"), (response.Status, response["Proxy-Status"]));
        Assert.Equal((2, 0), (closing.Requests, other.Requests));
    }

    [Theory]
    [InlineData(WithoutAlpn)]
    [InlineData(Http11)]
    public async Task Fresh_ClosedInOrderAfterReadingAPost_IsNotSentAgain(string alpn)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered, Tls(alpn));
        await using var other = ScriptedBackend.Start(Scripts.Serve(), Tls(alpn));
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, other.Address));

        var response = await AskAsync(gateway, "POST");

        Assert.Equal(502, response.Status);
        Assert.Equal((1, 0), (closing.Requests, other.Requests));
    }

    [Theory]
    [InlineData(WithoutAlpn, false)]
    [InlineData(Http11, false)]
    [InlineData(Http11, true)]
    public async Task ClosedBeforeAByte_Get_IsTriedOnAnotherDestinationOnce(string alpn, bool reset)
    {
        await using var closing = ScriptedBackend.Start(reset ? Scripts.ResetUnanswered : Scripts.CloseUnanswered, Tls(alpn));
        await using var serving = ScriptedBackend.Start(Scripts.Serve(), Tls(alpn));
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        Assert.Equal((1, 1), (closing.Requests, serving.Requests));
    }

    [Theory]
    [InlineData(WithoutAlpn)]
    [InlineData(Http11)]
    public async Task OnlyDestination_ClosesEveryConnection_GetsOneRequestAndNoMore(string alpn)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered, Tls(alpn));
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address));

        var response = await AskAsync(gateway, "GET");

        // A fresh connection that closes is no kept-alive one that was found closed.
        Assert.Equal((502, 1), (response.Status, closing.Requests));
    }

    [Theory]
    [InlineData(WithoutAlpn)]
    [InlineData(Http11)]
    public async Task KeptAlive_FoundClosed_Get_IsSentAgainToTheOnlyDestination(string alpn)
    {
        await using var backend = ScriptedBackend.Start(connection => connection.Number == 0 ? ServeOneAndReadAnother(connection) : connection.ServeAsync(), Tls(alpn));
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address));
        Assert.Equal("ok", await gateway.GetTextAsync("/first"));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));

        Assert.Equal(3, backend.Requests);
        Assert.Equal(2, (await gateway.AccessLog.OfAsync("/x")).GetProperty("attempts").GetInt32());
    }

    [Theory]
    [InlineData("H")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    public async Task LostAfterAByteOfTheResponse_Get_IsNotTriedAgain(string sent)
    {
        await using var breaking = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(sent);
        }, Tls(Http11));
        await using var other = ScriptedBackend.Start(Scripts.Serve(), Tls(Http11));
        await using var gateway = await StartAsync(GatewayConfig.To(breaking.Address, other.Address));

        var response = await AskAsync(gateway, "GET");

        Assert.Equal((502, 1, 0), (response.Status, breaking.Requests, other.Requests));
    }

    private static async Task ServeOneAndReadAnother(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await connection.AnswerAsync();
        await connection.ReadRequestAsync();
    }

    private static SslServerAuthenticationOptions Tls(string alpn) =>
        alpn == Http11 ? SelfSigned.Speaking(SslApplicationProtocol.Http11) : SelfSigned.Speaking();

    private static Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config.TrustingAll().InOrder().WithoutBreaker());

    // Without a body there is no Content-Length either: that is what the HTTP client would send again in silence.
    private static Task<RawMessage> AskAsync(GatewayFactory gateway, string method, string? body = null) => RawClient.AskAsync(gateway.Traffic,
        $"{method} /x HTTP/1.1\r\nHost: x\r\n{(body is null ? "" : $"Content-Length: {body.Length}\r\n")}\r\n{body}");
}
