using System.Net.Security;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Whom a TLS connection is made to is the destination's name alone, whatever Host goes to the backend.</summary>
public sealed class TlsNameTests
{
    private const int Hosts = 12;

    [Fact]
    public async Task OriginalHost_OfManyClients_SharesOneConnectionOfTheDestinationsName()
    {
        var asked = new List<string?>();
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), Noting(asked));
        await using var gateway = await GatewayFactory.StartAsync(WithOriginalHost(backend.Address).Breaker(1));

        for (var i = 0; i < Hosts; i++)
            Assert.Equal("ok", (await RawClient.AskAsync(gateway.Traffic, $"GET /{i} HTTP/1.1\r\nHost: h{i}.example:81\r\n\r\n")).Text);

        Assert.Equal(["localhost"], asked);
        Assert.Equal(1, backend.Connections);
        Assert.Equal(Enumerable.Range(0, Hosts).Select(i => $"h{i}.example:81"), backend.Received.Select(sent => Assert.Single(sent.Headers, header => header.Name == "Host").Value));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task OriginalHost_OverWhatBothSpeak_ArrivesOverOneConnection(HttpProtocols protocols)
    {
        await using var backend = await KestrelBackend.StartAsync(protocols, encrypted: true, async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
            await context.Response.WriteAsync($"{context.Request.Host} {context.Request.Headers.Count(header => header.Key.StartsWith("X-Own", StringComparison.OrdinalIgnoreCase))} {body} {context.Connection.Id}");
        });
        await using var gateway = await GatewayFactory.StartAsync(WithOriginalHost(backend.Address));
        var answers = new List<string>();

        for (var i = 0; i < Hosts; i++)
        {
            var own = string.Concat(Enumerable.Range(0, i).Select(n => $"X-Own-{n}: {new string('x', 20 * i)}\r\n"));
            answers.Add((await RawClient.AskAsync(gateway.Traffic, $"POST /{new string('p', i)} HTTP/1.1\r\nHost: h{new string('h', i)}.example\r\n{own}Content-Length: 4\r\n\r\nbody")).Text);
        }

        var connection = answers[0].Split(' ')[^1];
        Assert.Equal(Enumerable.Range(0, Hosts).Select(i => $"h{new string('h', i)}.example {i} body {connection}"), answers);
    }

    [Fact]
    public async Task OriginalHost_OfRequestsAtOnce_ReachesEachItsOwn()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: true, context => context.Response.WriteAsync($"{context.Request.Host}{context.Request.Path}"));
        await using var gateway = await GatewayFactory.StartAsync(WithOriginalHost(backend.Address).Permits(100));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => RawClient.AskAsync(gateway.Traffic, $"GET /{i} HTTP/1.1\r\nHost: h{i}.example\r\n\r\n")));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"h{i}.example/{i}"), answers.Select(answer => answer.Text));
    }

    [Fact]
    public async Task OriginalHost_OfARouteThatCopiesNoFields_IsNoServerNameEither()
    {
        var asked = new List<string?>();
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), Noting(asked));
        await using var gateway = await GatewayFactory.StartAsync(WithOriginalHost(backend.Address).Set("ReverseProxy:Routes:all:Transforms:1:RequestHeadersCopy", "false"));

        var answer = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: one.example\r\n\r\n");

        Assert.Equal((200, "localhost", "one.example"), (answer.Status, Assert.Single(asked), Assert.Single(backend.Received.Single().Headers, header => header.Name == "Host").Value));
    }

    [Fact]
    public async Task RouteValue_AsHost_IsNoServerNameEither()
    {
        var asked = new List<string?>();
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), Noting(asked));
        await using var gateway = await GatewayFactory.StartAsync(To(backend.Address).Route("all", "/{name}", GatewayConfig.ClusterId)
            .Set("ReverseProxy:Routes:all:Transforms:0:RequestHeaderRouteValue", "Host").Set("ReverseProxy:Routes:all:Transforms:0:Set", "name"));

        for (var i = 0; i < Hosts; i++)
            await RawClient.AskAsync(gateway.Traffic, $"GET /h{i}.example HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(["localhost"], asked);
        Assert.Equal(Enumerable.Range(0, Hosts).Select(i => $"h{i}.example"), backend.Received.Select(sent => sent["Host"]));
    }

    [Theory]
    [InlineData("one.example", "api.internal", "one.example")]
    [InlineData("api.internal", "api.internal", "api.internal")]
    public async Task OriginalHost_BesideADestinationsOwn_LeavesTheServerNameToThat(string host, string server, string arrives)
    {
        var asked = new List<string?>();
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), Noting(asked));
        await using var gateway = await GatewayFactory.StartAsync(WithOriginalHost(backend.Address).Set($"{GatewayConfig.Cluster}:Destinations:d1:Host", "api.internal"));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.Equal((200, server, arrives), (answer.Status, Assert.Single(asked), Assert.Single(backend.Received.Single().Headers, header => header.Name == "Host").Value));
    }

    [Fact]
    public async Task Host_ThatTheRouteItselfWrites_IsTheServerNameAsBefore()
    {
        var asked = new List<string?>();
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), Noting(asked));
        await using var gateway = await GatewayFactory.StartAsync(To(backend.Address)
            .Set("ReverseProxy:Routes:all:Transforms:0:RequestHeader", "Host").Set("ReverseProxy:Routes:all:Transforms:0:Set", "api.internal"));

        var answer = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: one.example\r\n\r\n");

        Assert.Equal((200, "api.internal", "api.internal"), (answer.Status, Assert.Single(asked), backend.Received.Single()["Host"]));
    }

    private static SslServerAuthenticationOptions Noting(List<string?> asked) => new()
    {
        ServerCertificateSelectionCallback = (_, name) =>
        {
            asked.Add(name);
            return SelfSigned.Certificate;
        },
    };

    private static GatewayConfig To(Uri backend) => GatewayConfig.To(new UriBuilder(backend) { Host = "localhost" }.Uri).TrustingAll();

    private static GatewayConfig WithOriginalHost(Uri backend) => To(backend)
        .Set("ReverseProxy:Routes:all:Transforms:0:RequestHeaderOriginalHost", "true");
}
