using System.Net;
using Gateway.Health;
using Gateway.IntegrationTests.Support;
using Gateway.Sockets;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>A destination's name that stands for several addresses, or for others than before.</summary>
public sealed class NameTests
{
    private static readonly IReadOnlyList<IPAddress> Addresses = NamedAddresses.Loopbacks(3);
    private readonly NamedAddresses _names = new();
    private readonly int _port = NamedAddresses.FreePort(Addresses);

    public NameTests() => _names.Set(NamedAddresses.Name, Addresses);

    [Fact]
    public async Task Connections_ToANameOfSeveralAddresses_GoToEachInTurn()
    {
        await using var one = Backend(0);
        await using var two = Backend(1);
        await using var three = Backend(2);
        await using var gateway = await StartAsync(Config());

        await AskAsync(gateway, 12);

        Assert.Equal((4, 4, 4), (one.Connections, two.Connections, three.Connections));
        await gateway.Logs.WaitForAsync($"Warning Advice on {GatewayConfig.Cluster}:Destinations:d1:Address: the name api.test has 3 addresses (127.0.0.2, 127.0.0.3, 127.0.0.4)");
    }

    [Fact]
    public async Task Connections_WhereAnAddressRefuses_AreSpreadOverTheOthersAndNoneFails()
    {
        await using var one = Backend(0);
        using var two = new RefusingPort(Endpoint(1));
        await using var three = Backend(2);
        await using var gateway = await StartAsync(Config());

        await AskAsync(gateway, 12);

        Assert.Equal(12, one.Connections + three.Connections);
        // The turn of the refusing one went to another before it was known to refuse.
        Assert.InRange(one.Connections, 5, 7);
    }

    [Fact]
    public async Task Connection_WhereAnAddressHangs_IsMadeToTheNextOne()
    {
        using var one = await SilentPort.OpenAsync(Endpoint(0));
        await using var two = Backend(1);
        using var three = await SilentPort.OpenAsync(Endpoint(2));
        await using var gateway = await StartAsync(Config());

        await AskAsync(gateway, 6);

        Assert.Equal(6, two.Requests);
    }

    [Fact]
    public async Task Connection_WhereEveryAddressHangs_TimesOutAsAWhole()
    {
        using var one = await SilentPort.OpenAsync(Endpoint(0));
        using var two = await SilentPort.OpenAsync(Endpoint(1));
        using var three = await SilentPort.OpenAsync(Endpoint(2));
        await using var gateway = await StartAsync(Config().Set($"{GatewayConfig.Cluster}:Timeouts:Connect", "00:00:00.600"));

        var response = await gateway.GetAsync("/x");

        Assert.Equal(504, (int)response.StatusCode);
        Assert.Contains("connection_timeout", response.Header("Proxy-Status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_WhereEveryAddressRefuses_IsRefused()
    {
        using var one = new RefusingPort(Endpoint(0));
        using var two = new RefusingPort(Endpoint(1));
        using var three = new RefusingPort(Endpoint(2));
        await using var gateway = await StartAsync(Config());

        var response = await gateway.GetAsync("/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Contains("connection_refused", response.Header("Proxy-Status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_WhereTheFirstAddressesHang_FindsTheOneThatAnswers()
    {
        using var one = await SilentPort.OpenAsync(Endpoint(0));
        using var two = await SilentPort.OpenAsync(Endpoint(1));
        await using var three = Backend(2);
        var probe = new TcpConnect(new Connector(_names, TimeProvider.System), TimeProvider.System);

        Assert.Null(await probe.TryConnectAsync(Address, Bounds.Patience, Bounds.Token));
        _names.Set(NamedAddresses.Name, Addresses[0], Addresses[1]);
        Assert.Equal("timed out", await probe.TryConnectAsync(Address, TimeSpan.FromSeconds(1), Bounds.Token));
        _names.Set(NamedAddresses.Name);
        Assert.Equal("name not resolved", await probe.TryConnectAsync(Address, Bounds.Patience, Bounds.Token));
    }

    [Fact]
    public async Task Name_ThatMoved_IsFollowedThoughTheOldAddressStillAnswers()
    {
        await using var before = ScriptedBackend.Start(Scripts.Serve(), endpoint: Endpoint(0));
        await using var after = ScriptedBackend.Start(Scripts.Serve(), endpoint: Endpoint(1));
        _names.Set(NamedAddresses.Name, Addresses[0]);
        await using var gateway = await SteppedGateway.StartAsync(Config().Set($"{GatewayConfig.Cluster}:Pool:ConnectionLifetime", "1.00:00:00"), _names.Use);
        await AskAsync(gateway.Factory, 1);
        _names.Set(NamedAddresses.Name, Addresses[1]);

        await AskAsync(gateway.Factory, 3);
        Assert.Equal((1, 0), (before.Connections, after.Connections));
        await gateway.SaveAsync(Config().Set($"{GatewayConfig.Defaults}:Pool:ConnectionLifetime", "00:00:01"));
        _names.Set(NamedAddresses.Name, Addresses[0]);
        await AskAsync(gateway.Factory, 1);
        _names.Set(NamedAddresses.Name, Addresses[1]);

        await Eventually.TrueAsync(async () =>
        {
            await AskAsync(gateway.Factory, 1);
            return after.Requests > 0;
        }, "the connection to the old address has had its time");
    }

    private Uri Address => new($"http://{NamedAddresses.Name}:{_port}/");

    private IPEndPoint Endpoint(int index) => new(Addresses[index], _port);

    // Each request has a connection of its own.
    private ScriptedBackend Backend(int index) => ScriptedBackend.Start(async connection =>
    {
        if (await connection.ReadRequestAsync() is not null)
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    }, endpoint: Endpoint(index));

    private GatewayConfig Config() => GatewayConfig.To(Address).WithoutRetries();

    private Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config, _names.Use);

    private static async Task AskAsync(GatewayFactory gateway, int requests)
    {
        for (var i = 0; i < requests; i++)
            Assert.Equal(200, (int)(await gateway.GetAsync("/x")).StatusCode);
    }
}
