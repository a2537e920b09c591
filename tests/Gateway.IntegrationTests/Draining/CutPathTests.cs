using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Draining;

/// <summary>What a drain tells of the requests that it cuts is read on terminals.</summary>
public sealed class CutPathTests
{
    [Fact]
    public async Task Path_ThatWouldSpeakToATerminal_IsToldInItsEscapes()
    {
        await using var backend = ScriptedBackend.Start(Scripts.StaySilent);
        var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /%1b[31m%0aforged%c2%9b2J HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(1, () => backend.Requests);

        await gateway.DisposeAsync();

        var line = Assert.Single(gateway.Logs.All, line => line.Contains("Aborted GET ", StringComparison.Ordinal));
        Assert.Contains("/%1B%5B31m%0Aforged%C2%9B2J on route all", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
    }
}
