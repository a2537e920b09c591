using System.Net;
using Gateway.Edge;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Edge;

/// <summary>Bodies that come slowly or with pauses: what they may, and who hears of it when they may no longer.</summary>
public sealed class QuietUploadTests
{
    private const string Head = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";

    // Kestrel's own rate ends a body after 5 s below it, and its clock is nobody's to set.
    private static readonly TimeSpan LongerThanKestrelWaits = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task Body_QuietForSomeSeconds_GoesOn()
    {
        await using var backend = ScriptedBackend.Start(EchoAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2());
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync(Head + "half ");
        var halting = new HaltingContent();
        var http2 = gateway.CreateHttp2Client();
        var neighbour = http2.PostAsync("/y", halting, TestContext.Current.CancellationToken);

        await Task.Delay(LongerThanKestrelWaits, TestContext.Current.CancellationToken);
        halting.GoOn();
        await client.SendAsync("whole");

        Assert.Equal("half whole", (await client.ReadResponseAsync()).Text);
        Assert.Equal("half whole", await (await neighbour.WithinPatience()).TextAsync());
    }

    [Fact]
    public async Task KestrelsRate_ThatIsSet_Holds()
    {
        await using var backend = ScriptedBackend.Start(EchoAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("Kestrel:Limits:MinRequestBodyDataRate:BytesPerSecond", 1000).Set("Kestrel:Limits:MinRequestBodyDataRate:GracePeriod", "00:00:01.5"));

        var response = await RawClient.AskAsync(gateway.Traffic, Head + "half ");

        Assert.Equal(408, response.Status);
    }

    [Fact]
    public async Task Body_TooSlowOverAMinute_IsTheRequestsFault()
    {
        await using var backend = ScriptedBackend.Start(EchoAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync(Head + "half ");

        var response = await LookUntilAsync(gateway, client.ReadResponseAsync());

        Assert.Equal((408, "gateway; error=http_request_error"), (response.Status, response["Proxy-Status"]));
        Assert.Contains("\"Request timed out\"", response.Text, StringComparison.Ordinal);
        Assert.Contains("\"gate\":\"request\"", response.Text, StringComparison.Ordinal);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        Assert.Equal("", await gateway.GetTextAsync("/x"));
        Assert.Empty((await gateway.ScrapeAsync()).Find("gateway_upstream_errors_total"));
        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("Attempt 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Body_TooSlowButNotForAMinute_GoesOn()
    {
        await using var backend = ScriptedBackend.Start(EchoAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync(Head + "half ");
        await Eventually.EqualAsync(1, () => backend.Requests);

        for (var second = 0; second < 30; second++)
            gateway.Services.GetRequiredService<SlowBodies>().Look();
        await client.SendAsync("whole");

        Assert.Equal("half whole", (await client.ReadResponseAsync()).Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_TooSlowOverHttp2_EndsItsStreamAlone(bool grpc)
    {
        // One is answered while it sends, and is one side of a conversation from then on; the other is awaited as a whole.
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, async context =>
        {
            if (context.Request.Path == "/slow")
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            else
                await KestrelBackend.EchoBody(context);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2());
        var client = gateway.CreateHttp2Client();
        var halting = new HaltingContent();
        using var neighbour = await SendAsync(client, "/neighbour", halting);
        var slow = new HaltingContent();
        if (grpc)
            slow.Headers.ContentType = new("application/grpc");

        var response = await LookUntilAsync(gateway, SendAsync(client, "/slow", slow));

        Assert.Equal(grpc ? 200 : 408, (int)response.StatusCode);
        Assert.Equal(grpc ? "4" : null, response.Header("grpc-status"));
        halting.GoOn();
        Assert.Equal("half whole", await neighbour.TextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ActivityTimeout_ClientHaltsItsUpload_IsTheRequestsFault(bool http2)
    {
        await using var backend = await KestrelBackend.StartAsync(http2 ? HttpProtocols.Http2 : HttpProtocols.Http1, encrypted: false, async context =>
        {
            await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
            await context.Response.WriteAsync("ok", context.RequestAborted);
        });
        var config = GatewayConfig.To(backend.Address).Breaker(1).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:01");
        await using var gateway = await GatewayFactory.StartAsync(http2 ? config.OverHttp2() : config);

        var response = await RawClient.AskAsync(gateway.Traffic, Head + "half ");

        Assert.Equal((408, "gateway; error=http_request_error"), (response.Status, response["Proxy-Status"]));
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    [Fact]
    public async Task Body_LargerThanKestrelIsTold_IsRefused()
    {
        await using var backend = ScriptedBackend.Start(EchoAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Kestrel:Limits:MaxRequestBodySize", 9));

        Assert.Equal(413, (await RawClient.AskAsync(gateway.Traffic, Head + "half whole")).Status);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    // A look counts as a second in which the client is waited for: so a minute is over in none.
    private static async Task<T> LookUntilAsync<T>(GatewayFactory gateway, Task<T> response)
    {
        var bodies = gateway.Services.GetRequiredService<SlowBodies>();
        await Eventually.TrueAsync(() =>
        {
            bodies.Look();
            return response.IsCompleted;
        }, "an answer to a body that is too slow");
        return await response;
    }

    private static async Task EchoAsync(ScriptedConnection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
            await connection.AnswerAsync(request.Text);
    }

    /// <summary>Ten bytes, the second half of which waits.</summary>
    private sealed class HaltingContent : HttpContent
    {
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _goOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("half "u8.ToArray());
            await stream.FlushAsync();
            await _goOn.Task;
            await stream.WriteAsync("whole"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
