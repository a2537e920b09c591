using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Clients that session affinity leads to a destination, when that destination cannot serve them.</summary>
public class BoundClientTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task DeadDestination_OfABoundClient_LosesNoRequest(string method)
    {
        var home = ScriptedBackend.Start(Scripts.Serve("home"));
        await using var other = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(Bound(home, other).Breaker(3));
        var cookie = await BindAsync(gateway);
        Assert.Equal((200, "home"), await AskAsync(gateway, cookie, method));
        await home.DisposeAsync();

        // Refused at first, left alone by its circuit later.
        for (var i = 0; i < 10; i++)
            Assert.Equal((200, "other"), await AskAsync(gateway, cookie, method));
    }

    [Fact]
    public async Task ListedStatus_OfABoundClient_IsTriedOnAnotherDestination()
    {
        var fails = false;
        await using var home = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync($"HTTP/1.1 {(fails ? 503 : 200)} Mine\r\nContent-Length: 4\r\n\r\nhome");
        });
        await using var other = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(
            Bound(home, other).Set($"{GatewayConfig.Cluster}:Retry:StatusCodes", new JsonArray(503)));
        var cookie = await BindAsync(gateway);
        fails = true;

        Assert.Equal((200, "other"), await AskAsync(gateway, cookie));
    }

    [Fact]
    public async Task Client_ThatAnotherDestinationServedMeanwhile_StaysBound()
    {
        var fails = false;
        await using var home = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null && !fails)
                await connection.AnswerAsync("home");
        });
        await using var other = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(Bound(home, other));
        var cookie = await BindAsync(gateway);
        fails = true;
        Assert.Equal((200, "other"), await AskAsync(gateway, cookie));
        fails = false;

        Assert.Equal((200, "home"), await AskAsync(gateway, cookie));
    }

    [Fact]
    public async Task DeadDestination_WhereAffinityMustHold_IsToldToTheClient()
    {
        var home = ScriptedBackend.Start(Scripts.Serve("home"));
        await using var other = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(
            Bound(home, other).Set($"{GatewayConfig.Cluster}:SessionAffinity:FailurePolicy", "Return503Error"));
        var cookie = await BindAsync(gateway);
        await home.DisposeAsync();

        Assert.Equal(502, (await AskAsync(gateway, cookie)).Status);
        Assert.Equal(0, other.Requests);
    }

    [Fact]
    public async Task FullDestination_OfABoundClient_IsNotLeft()
    {
        var release = new SyncPoint();
        var holds = false;
        await using var home = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                if (holds)
                    await release.PassAsync(connection.Stopping);
                await connection.AnswerAsync("home");
            }
        });
        await using var other = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(Bound(home, other).Permits(1));
        var cookie = await BindAsync(gateway);
        holds = true;
        var holding = AskAsync(gateway, cookie);
        await release.WaitForArrivalsAsync(1);

        Assert.Equal(503, (await AskAsync(gateway, cookie)).Status);

        Assert.Equal(0, other.Requests);
        release.Open();
        Assert.Equal((200, "home"), await holding);
    }

    private static GatewayConfig Bound(ScriptedBackend home, ScriptedBackend other) => GatewayConfig.To(home.Address, other.Address).InOrder()
        .Set($"{GatewayConfig.Cluster}:SessionAffinity:Enabled", true)
        .Set($"{GatewayConfig.Cluster}:SessionAffinity:Policy", "HashCookie").Set($"{GatewayConfig.Cluster}:SessionAffinity:AffinityKeyName", "bound");

    // Clients of the tests keep no cookies.
    private static async Task<string> BindAsync(GatewayFactory gateway)
    {
        using var response = await gateway.GetAsync("/x");
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<(int Status, string Text)> AskAsync(GatewayFactory gateway, string cookie, string method = "GET")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/x");
        request.Headers.Add("Cookie", cookie);
        using var response = await gateway.Client.SendAsync(request, Bounds.Token);
        return ((int)response.StatusCode, await response.TextAsync());
    }
}
