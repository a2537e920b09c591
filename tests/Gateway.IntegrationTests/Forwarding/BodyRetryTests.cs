using System.Text;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>What was read of a request's body is kept, within bounds, and sent again.</summary>
public class BodyRetryTests
{
    private const string MaxBufferedBody = $"{GatewayConfig.Cluster}:Retry:MaxBufferedBody";

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(65_536)]
    public async Task Put_ClosedUnanswered_IsSentAgainWhole(int length)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));
        var body = Numbered(length);

        using var response = await gateway.Client.PutAsync("/x", new StringContent(body), Bounds.Token);

        Assert.Equal(body, await response.TextAsync());
        Assert.Equal((1, 1), (closing.Requests, serving.Requests));
    }

    [Fact]
    public async Task Put_InChunks_IsSentAgainInChunks()
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));

        var response = await RawClient.AskAsync(gateway.Traffic,
            "PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");

        Assert.Equal((200, "abcdefg"), (response.Status, response.Text));
        Assert.Equal("chunked", serving.Received.Single()["Transfer-Encoding"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Put_LargerThanIsKept_IsNotSentAgain(bool chunked)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address).Set(MaxBufferedBody, 10));

        using var request = new HttpRequestMessage(HttpMethod.Put, "/x") { Content = new StringContent("eleven char") };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await gateway.Client.SendAsync(request, Bounds.Token);

        Assert.Equal((502, 1, 0), ((int)response.StatusCode, closing.Requests, serving.Requests));
    }

    [Fact]
    public async Task Put_NothingIsKept_RefusedConnection_IsStillTriedElsewhere()
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address, serving.Address).Set(MaxBufferedBody, 0));

        using var response = await gateway.Client.PutAsync("/x", new StringContent("body"), Bounds.Token);

        Assert.Equal("body", await response.TextAsync());
    }

    [Fact]
    public async Task Put_ClosedTwice_IsSentAThirdTimeWhole()
    {
        await using var one = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var two = ScriptedBackend.Start(Scripts.ResetUnanswered);
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(one.Address, two.Address, serving.Address));
        var body = Numbered(20_000);

        using var response = await gateway.Client.PutAsync("/x", new StringContent(body), Bounds.Token);

        Assert.Equal(body, await response.TextAsync());
        Assert.Equal((1, 1, 1), (one.Requests, two.Requests, serving.Requests));
    }

    [Fact]
    public async Task Put_LostInTheMiddleOfItsUpload_GoesOnElsewhereWithTheRest()
    {
        // The first backend goes away while the client is still sending: what came is sent again, then what comes.
        var gone = new SyncPoint();
        await using var closing = ScriptedBackend.Start(ResetAfter(5, gone));
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        var body = Numbered(30_000);
        await client.SendAsync($"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body[..5]}");
        await gone.WaitForArrivalsAsync(1);
        await client.SendAsync(body[5..20_000]);
        await Eventually.EqualAsync(1, () => serving.Requests);
        await client.SendAsync(body[20_000..]);

        Assert.Equal(body, (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Put_LostAgainAndAgainDuringUploads_NeverArrivesMixed()
    {
        // Each connection is cut after a different share of the body, so that the copy that is cut off is
        // met at every stage: waiting for the client, writing, done.
        var cut = 0;
        await using var closing = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadExactlyAsync(1 + Interlocked.Increment(ref cut) * 997 % 30_000);
            if (cut % 2 == 0)
                connection.Reset();
        });
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address).Set($"{GatewayConfig.Cluster}:Retry:MinRetriesPerSecond", 1000));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; i < 25; i++)
            {
                var body = Numbered(40_000 + worker * 1000 + i);
                using var client = await RawClient.ConnectAsync(gateway.Traffic);
                await client.SendAsync($"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n");
                for (var at = 0; at < body.Length; at += 8000)
                    await client.SendAsync(body[at..Math.Min(body.Length, at + 8000)]);
                var response = await client.ReadResponseAsync();
                Assert.Equal((200, body), (response.Status, response.Text));
            }
        }));
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse("d1") + gateway.PermitsInUse("d2"));
    }

    [Fact]
    public async Task Put_ThatExpectsToBeAskedForItsBody_IsSentAgainWhole()
    {
        await using var closing = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await connection.ReadExactlyAsync(4);
        });
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(100, (await client.ReadHeadAsync()).Status);
        await client.SendAsync("body");
        var response = await client.ReadResponseAsync();

        // A byte of a response came, the interim one: nothing is sent again then. Half a body must never arrive.
        Assert.True(response.Status == 502 || response.Text == "body");
    }

    [Fact]
    public async Task Post_OverHttp2NotProcessed_IsSentAgainWhole()
    {
        await using var refusing = ScriptedBackend.Start(Http2Script.RefuseStreams(() => { }));
        await using var serving = await Backend.BackendServer.StartAsync(new() { GrpcPort = 0 }, Bounds.Token);
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address, new Uri($"http://127.0.0.1:{serving.GrpcPort}/")).OverHttp2());

        using var response = await gateway.Client.PostAsync("/echo", new StringContent("all of the body"), Bounds.Token);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("all of the body", await response.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_PieceByPieceAfterARetry_ReachesTheBackendAsItIsSent()
    {
        var gone = new SyncPoint();
        await using var closing = ScriptedBackend.Start(ResetAfter(1, gone));
        const int Length = 20_000;
        var seen = 0;
        await using var serving = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            while (seen < Length)
                seen += (await connection.ReadSomeAsync()).Length;
            await connection.AnswerAsync();
        });
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\na");
        await gone.WaitForArrivalsAsync(1);

        // What is sent again does not wait for what the client sends next.
        await client.SendAsync(new string('b', Length - 4));
        foreach (var sent in (int[])[Length - 3, Length - 2, Length - 1])
        {
            await Eventually.EqualAsync(sent, () => seen);
            await client.SendAsync("c");
        }

        Assert.Equal("ok", (await client.ReadResponseAsync()).Text);
    }

    private static Func<ScriptedConnection, Task> ResetAfter(int bytes, SyncPoint gone) => async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.ReadExactlyAsync(bytes);
        connection.Reset();
        _ = gone.PassAsync(connection.Stopping);
    };

    private static string Numbered(int length)
    {
        var text = new StringBuilder(length + 8);
        while (text.Length < length)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{text.Length:D8}");
        return text.ToString(0, length);
    }

    private static async Task EchoBody(ScriptedConnection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
            await connection.AnswerAsync(request.Text);
    }

    private static Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config.InOrder().WithoutBreaker());
}
