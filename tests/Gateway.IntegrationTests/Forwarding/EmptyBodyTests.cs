using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using GatewayConfig = Gateway.IntegrationTests.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>A request over HTTP/2 does not say in its head whether a body follows.</summary>
public sealed class EmptyBodyTests
{
    [Theory]
    [InlineData("POST", 0x83, "0")]
    [InlineData("GET", 0x82, null)]
    public async Task Body_ThatEndsBeforeAByteOfIt_IsNoneForTheBackend(string method, byte indexed, string? length)
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2().Permits(1, queue: 5));
        using var holder = await RawClient.ConnectAsync(gateway.Traffic);
        await holder.SendAsync("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
        await release.WaitForArrivalsAsync(1);
        using var client = await Http2Connection.OpenAsync(gateway.Http2);

        await client.SendAsync(stream: 1, indexed, "/x", []);
        await Eventually.EqualAsync(1, () => gateway.Waiting());
        await client.EndAsync(stream: 1);
        release.Open();
        await client.ReadOkAsync(1);

        var sent = backend.Received[1];
        Assert.Equal($"{method} /x HTTP/1.1", sent.StartLine);
        Assert.Equal((null, length), (sent["Transfer-Encoding"], sent["Content-Length"]));
    }

    [Fact]
    public async Task Body_ThatHasComeAlready_ArrivesWhole()
    {
        var bodies = new List<string>();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                bodies.Add(request.Text);
                await connection.AnswerAsync();
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2());
        using var client = await Http2Connection.OpenAsync(gateway.Http2);

        await client.SendAsync(stream: 1, 0x83, "/x", ["ab"u8.ToArray(), [], "cd"u8.ToArray()]);
        await client.ReadOkAsync(1);

        Assert.Equal(["abcd"], bodies);
    }
}
