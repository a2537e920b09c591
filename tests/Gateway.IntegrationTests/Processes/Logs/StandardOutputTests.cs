using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Logs;

/// <summary>What stands on standard output, and that nothing depends on its being read.</summary>
public sealed partial class StandardOutputTests
{
    [Fact]
    public async Task Output_FromStartToStop_IsOneJsonObjectALine()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        await setup.Gateway.GetTextAsync(setup.Gateway.Traffic, "/quote%22/%0A/line%E2%80%A8?query=1");
        await setup.Gateway.StopAsync();

        Assert.NotEmpty(setup.Gateway.Output.All);
        Assert.All(setup.Gateway.Output.All, line =>
        {
            using var json = JsonDocument.Parse(line.Text);
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        });
        var request = Assert.Single(setup.Gateway.Output.All, line => line.Message is null);
        Assert.DoesNotContain("query", request.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Destination_ThatGoesAndComesBack_IsToldOnceEach()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        await setup.Backend.SetRefuseAsync(true, TestContext.Current.CancellationToken);
        // A probe that was on its way when the listener closed is reset; one that comes later is refused.
        var down = (await setup.Gateway.Output.WaitForMessageAsync("Destination one of cluster api is DOWN: ")).Message!;
        Assert.Matches("DOWN: connection (refused|reset)$", down);
        await Wait.UntilAsync(async () => await setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/") == HttpStatusCode.BadGateway, "no request is forwarded");
        await setup.Backend.SetRefuseAsync(false, TestContext.Current.CancellationToken);
        await setup.Gateway.Output.WaitForMessageAsync("Destination one of cluster api is UP");
        await setup.Gateway.StopAsync();

        Assert.Equal(
            [down, "Destination one of cluster api is UP"],
            setup.Gateway.Output.Messages.Where(message => message.StartsWith("Destination ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Output_ThatNobodyReads_SlowsNoTrafficAndHoldsUpNoExit()
    {
        const int requests = 30_000;
        await using var gateway = await GatewayProcess.StartAsync("""
            { "Kestrel": { "Endpoints": { "Http": { "Url": "http://127.0.0.1:0" }, "Management": { "Url": "http://127.0.0.1:0" } } },
              "ReverseProxy": { "Routes": {} } }
            """);
        gateway.Output.StopReading();

        Assert.Equal(requests, await CountAnswersAsync(gateway.Traffic, requests));

        var metrics = await gateway.GetTextAsync(gateway.Management, "/metrics");
        Assert.NotEqual("0", DroppedLines().Match(metrics).Groups["count"].Value);
        Assert.Equal(HttpStatusCode.NotFound, await gateway.StatusAsync(gateway.Traffic, "/"));
        Assert.Equal(0, await gateway.StopPromptlyAsync());
    }

    [Fact]
    public async Task Output_WhoseReaderHasGone_StopsNothing()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        setup.Gateway.Process.CloseOutput();

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, await setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/"));

        Assert.Equal(0, await setup.Gateway.StopPromptlyAsync());
    }

    /// <summary>Sends requests that no route matches, one upon the other over one connection, and counts their answers.</summary>
    private static async Task<int> CountAnswersAsync(Uri traffic, int requests)
    {
        using var connection = await RawConnection.OpenAsync(traffic);
        const int batch = 500;
        var text = new StringBuilder().Insert(0, "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", batch).ToString();
        var sending = Task.Run(async () =>
        {
            for (var sent = 0; sent < requests; sent += batch)
                await connection.SendAsync(text);
        }, TestContext.Current.CancellationToken);
        var answers = 0;
        while (answers < requests)
            answers += await connection.CountAsync("HTTP/1.1 404 ");
        await sending;
        return answers;
    }

    [GeneratedRegex(@"^gateway_access_log_dropped_total(\{\})? (?<count>\d+)$", RegexOptions.Multiline)]
    private static partial Regex DroppedLines();
}
