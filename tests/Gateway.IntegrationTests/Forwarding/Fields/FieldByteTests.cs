using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Forwarding.Fields;

/// <summary>Bytes from 0x80 on in fields pass as they are, and what no field can hold is the client's fault alone.</summary>
public sealed class FieldByteTests(FieldByteTests.Plain plain) : IClassFixture<FieldByteTests.Plain>
{
    public static TheoryData<string, string> Requests => FieldValues.OfRequests;

    public static TheoryData<string, string> Responses => FieldValues.OfResponses;

    public static TheoryData<int> Controls => FieldValues.Controls;

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task RequestField_OverHttp1_ArrivesAsItWasSent(string name, string value)
    {
        var path = plain.NextPath();

        var answer = await RawClient.AskAsync(plain.Gateway.Traffic, $"POST {path} HTTP/1.1\r\nHost: x\r\n{name}: {value}\r\nContent-Length: 1\r\n\r\nx");

        Assert.Equal((200, value), (answer.Status, plain.Sent(path)[name]));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task RequestField_OverHttp2_ArrivesAsItWasSent(string name, string value)
    {
        var path = plain.NextPath();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = new(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([1]) };
        if (!request.Headers.TryAddWithoutValidation(name, value))
            request.Content.Headers.TryAddWithoutValidation(name, value);

        using var answer = await plain.Gateway.CreateHttp2Client().SendAsync(request, Bounds.Token);

        Assert.Equal((200, value), ((int)answer.StatusCode, plain.Sent(path)[name]));
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task ResponseField_OverHttp1AndHttp2_ArrivesAsItWasSent(string name, string value)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync($"HTTP/1.1 200 OK\r\n{name}: {value}\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2().Breaker(1));

        var first = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        using var second = await gateway.CreateHttp2Client().SendAsync(HttpMethod.Get, "/x");

        Assert.Equal((200, value, "ok"), (first.Status, first[name], first.Text));
        Assert.Equal((200, value, "ok"), ((int)second.StatusCode, Values(second, name), await second.TextAsync()));
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task Fields_OfABackendThatSpeaksHttp2_PassBothWays(string name, string value)
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, context =>
        {
            context.Response.Headers[name] = context.Request.Headers["X-Echo"];
            return context.Response.WriteAsync("ok");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(1));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nX-Echo: {value}\r\n\r\n");

        Assert.Equal((200, value), (answer.Status, answer[name]));
    }

    [Fact]
    public async Task Trailer_WithSuchBytes_ArrivesAsItWasSent()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n2\r\nok\r\n0\r\nX-End: \u00C3\u00A9\u00FF\r\n\r\n");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2());

        using var answer = await gateway.CreateHttp2Client().SendAsync(HttpMethod.Get, "/x", ("TE", "trailers"));

        Assert.Equal("ok", await answer.TextAsync());
        Assert.Equal("\u00C3\u00A9\u00FF", answer.TrailingHeaders.GetValues("X-End").Single());
    }

    [Theory]
    [InlineData("/name/caf%C3%A9", "caf\u00C3\u00A9")]
    [InlineData("/name/%E6%97%A5%F0%9F%98%80", "\u00E6\u0097\u00A5\u00F0\u009F\u0098\u0080")]
    [InlineData("/name/caf%E9", "caf%E9")]
    [InlineData("/name/plain", "plain")]
    public async Task RouteValue_InAField_ArrivesAsTheBytesThatTheClientEscaped(string path, string expected)
    {
        var answer = await RawClient.AskAsync(plain.Gateway.Traffic, $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((200, expected), (answer.Status, plain.Sent(path)["X-Name"]));
    }

    [Theory]
    [InlineData("Set", "a, caf\u00C3\u00A9", "caf\u00C3\u00A9")]
    [InlineData("Append", "\u00E9", "\u00E9, caf\u00C3\u00A9")]
    public async Task RouteValue_BesideTheClientsOwnBytes_LeavesThoseAlone(string mode, string own, string expected)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Route("name", "/{name}", "api").Destinations("api", backend.Address)
            .Set("ReverseProxy:Routes:name:Transforms", new JsonArray(
                new JsonObject { ["RequestHeaderRouteValue"] = "X-Name", [mode] = "name" })));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"GET /caf%C3%A9 HTTP/1.1\r\nHost: x\r\nX-Name: {own}\r\n\r\n");

        Assert.Equal((200, expected), (answer.Status, backend.Received.Single()["X-Name"]));
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public async Task Control_InAField_Is400AndNoFailureOfTheBackend(int control)
    {
        var path = plain.NextPath();

        var overHttp1 = await RawClient.AskAsync(plain.Gateway.Traffic, $"GET {path} HTTP/1.1\r\nHost: x\r\nX-Own: a{(char)control}b\r\n\r\n");
        using var overHttp2 = await plain.Gateway.CreateHttp2Client().SendAsync(HttpMethod.Get, path, ("X-Own", $"a{(char)control}b"));
        var inRouteValue = await RawClient.AskAsync(plain.Gateway.Traffic, $"GET /name/%{control:X2} HTTP/1.1\r\nHost: x\r\n\r\n");

        AssertRefused(overHttp1);
        AssertRefused(inRouteValue);
        Assert.Equal((400, "gateway; error=http_request_error"), ((int)overHttp2.StatusCode, overHttp2.Header("Proxy-Status")));
        Assert.DoesNotContain(plain.Backend.Received, request => request.Target == path || request.Target == $"/name/%{control:X2}");
        Assert.Equal(CircuitState.Closed, plain.Gateway.Circuit().State);
    }

    [Theory]
    [InlineData("/name/%0D%0AX-Evil:%201")]
    [InlineData("/name/%0A")]
    public async Task LineEnd_InARouteValue_Is400AndReachesNoBackend(string path)
    {
        var answer = await RawClient.AskAsync(plain.Gateway.Traffic, $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");

        AssertRefused(answer);
        Assert.DoesNotContain(plain.Backend.Received, request => request.Target == path);
        Assert.Equal(CircuitState.Closed, plain.Gateway.Circuit().State);
    }

    private static void AssertRefused(RawMessage answer)
    {
        Assert.Equal((400, "application/problem+json", "gateway; error=http_request_error"), (answer.Status, answer["Content-Type"], answer["Proxy-Status"]));
        Assert.Contains("\"gate\":\"request\"", answer.Text, StringComparison.Ordinal);
    }

    private static string Values(HttpResponseMessage response, string name) =>
        string.Join(", ", response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values) ? values : default);

    /// <summary>A gateway whose circuit opens at the first failure, before one backend.</summary>
    public sealed class Plain : IAsyncLifetime
    {
        private int _path;

        internal ScriptedBackend Backend { get; } = ScriptedBackend.Start(Scripts.Serve());

        internal GatewayFactory Gateway { get; private set; } = null!;

        internal string NextPath() => $"/x/{Interlocked.Increment(ref _path)}";

        internal RawMessage Sent(string path) => Backend.Received.Last(request => request.Target == path);

        public async ValueTask InitializeAsync() => Gateway = await GatewayFactory.StartAsync(GatewayConfig.To(Backend.Address).WithHttp2().Breaker(1)
            .Route("named", "/name/{name}", GatewayConfig.ClusterId)
            .Set("ReverseProxy:Routes:named:Transforms", new JsonArray(
                new JsonObject { ["RequestHeaderRouteValue"] = "X-Name", ["Set"] = "name" })));

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
