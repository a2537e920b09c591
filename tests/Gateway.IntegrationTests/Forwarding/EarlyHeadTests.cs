using System.Net;
using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using GatewayConfig = Gateway.IntegrationTests.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>A response's head goes out when it came, and in one piece with a body that came with it.</summary>
public sealed class EarlyHeadTests
{
    [Theory]
    [InlineData("Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n", "4\r\nbody\r\n0\r\n\r\n")]
    [InlineData("Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n", "4\r\nbody\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 4\r\n", "body")]
    [InlineData("Connection: close\r\n", "body")]
    public async Task Head_BeforeItsBody_ReachesTheClient(string fields, string body)
    {
        var goOn = new SemaphoreSlim(0);
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\n{fields}\r\n");
            await goOn.WaitAsync(connection.Stopping);
            await connection.SendAsync(body);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");
        goOn.Release();

        Assert.Equal((200, "body"), ((int)response.StatusCode, await response.TextAsync()));
    }

    [Fact]
    public async Task Head_OfAStreamToAnUpload_ReachesTheClientWhoStillSends()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await KestrelBackend.EchoBody(context);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2());
        var content = new PushedContent { Headers = { ContentType = new("application/grpc") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await gateway.CreateHttp2Client().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Bounds.Token);
        content.Body.SetResult("body"u8.ToArray());

        Assert.Equal("body", await response.TextAsync());
    }

    [Fact]
    public async Task Head_ThatIsAll_EndsTheStreamItself()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "5";
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2());
        using var client = await Http2Connection.OpenAsync(gateway.Http2);

        for (var stream = 1; stream < 40; stream += 2)
        {
            await client.GetAsync(stream, "/x");

            Assert.True((await client.WaitForAsync(frame => frame.Stream == stream)).EndsStream);
        }
    }

    [Theory]
    [InlineData("Content-Length: 4\r\n\r\nbody", "body")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", "0\r\n\r\n")]
    public async Task Head_WithItsBody_IsOnePiece(string response, string end)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync($"HTTP/1.1 200 OK\r\n{response}");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

            var first = await client.ReadSomeAsync();
            Assert.Contains("\r\n\r\n", first, StringComparison.Ordinal);
            Assert.Contains("body", first, StringComparison.Ordinal);
            for (var all = first; !all.EndsWith(end, StringComparison.Ordinal);)
                all += await client.ReadSomeAsync();
        }
    }

    [Fact]
    public async Task Head_WithoutABody_KeepsItsLength()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var response = await RawClient.AskAsync(gateway.Traffic, "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((200, "4"), (response.Status, response["Content-Length"]));
    }

    [Fact]
    public async Task Body_ThatBreaksOffAtItsStart_BreaksTheResponseOff()
    {
        var goOn = new SemaphoreSlim(0);
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            await goOn.WaitAsync(connection.Stopping);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");

        goOn.Release();

        await Assert.ThrowsAnyAsync<HttpRequestException>(response.TextAsync);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Client_ThatLeavesAfterTheHead_IsNoFaultOfTheBackend()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1));
        using (var client = await RawClient.ConnectAsync(gateway.Traffic))
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReadHeadAsync();
        }

        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        Assert.Empty((await gateway.ScrapeAsync()).Find("gateway_upstream_errors_total"));
    }

    private sealed class PushedContent : HttpContent
    {
        public TaskCompletionSource<byte[]> Body { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await stream.WriteAsync(await Body.Task);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
