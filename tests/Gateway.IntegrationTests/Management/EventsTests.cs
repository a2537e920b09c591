using System.Text.Json;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.IntegrationTests.Management;

/// <summary>The live events.</summary>
public class EventsTests
{
    [Fact]
    public async Task Events_BeginWithTheStatus_AndGoOnWithWhatChanged()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Route("other", "/other", "api"));
        using var events = await EventReader.ConnectAsync(gateway);
        Assert.Equal("text/event-stream", events.Response.Header("Content-Type"));
        var (name, status) = (await events.NextAsync())!.Value;
        Assert.Equal("status", name);
        Assert.Equal("d1", status.Destination().Text("id"));
        // A listener's first delta tells everything, as nothing was compared before it.
        Assert.Equal("delta", (await events.NextAsync())!.Value.Name);

        await gateway.GetTextAsync("/x");

        var delta = await NextWithAsync(events, delta => delta.GetProperty("destinations").GetArrayLength() > 0);
        Assert.Equal(("d1", 1), (delta.GetProperty("destinations")[0].Text("id"), delta.GetProperty("destinations")[0].Number("traffic.requests")));
        Assert.Equal(["all"], delta.GetProperty("routes").EnumerateArray().Select(route => route.Text("id")));
        Assert.False(delta.TryGetProperty("configuration", out _));
    }

    [Fact]
    public async Task Events_AfterAReload_TellTheWholeStatusAgain()
    {
        var config = GatewayConfig.To(new Uri("http://127.0.0.1:9/"));
        await using var gateway = await GatewayFactory.StartAsync(config);
        using var events = await EventReader.ConnectAsync(gateway);
        Assert.Equal("status", (await events.NextAsync())!.Value.Name);

        gateway.Save(config.Destinations("api", new Uri("http://127.0.0.1:9/"), new Uri("http://127.0.0.1:10/")).ToString());

        while ((await events.NextAsync())!.Value is var (name, data))
        {
            if (name != "status")
                continue;
            Assert.Equal(2, data.Number("configuration.version"));
            Assert.Equal("d2", data.Destination("d2").Text("id"));
            return;
        }
    }

    [Fact]
    public async Task Refusal_IsToldToThoseWhoListen()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Limit("Gateway:RateLimit:Global", 1));
        using var events = await EventReader.ConnectAsync(gateway);
        (await gateway.GetAsync("/a")).Dispose();
        (await gateway.GetAsync("/b")).Dispose();

        var delta = await NextWithAsync(events, delta => delta.TryGetProperty("refusals", out var refusals) && refusals.GetArrayLength() == 2);

        Assert.Equal(("rate-limit", "/b", "global"), (delta.At("refusals")[0].Text("gate"), delta.At("refusals")[0].Text("path"), delta.At("refusals")[0].Text("saw.rateLimit.scope")));
    }

    [Fact]
    public async Task SeventeenthListener_IsRefused_UntilOneLeaves()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        var listeners = new List<EventReader>();
        for (var i = 0; i < 16; i++)
        {
            listeners.Add(await EventReader.ConnectAsync(gateway));
            Assert.NotNull(await listeners[i].NextAsync());
        }

        using (var refused = await EventReader.ConnectAsync(gateway))
        {
            Assert.Equal(503, (int)refused.Response.StatusCode);
            Assert.Equal("application/problem+json", refused.Response.Header("Content-Type"));
        }
        listeners[0].Dispose();

        await Eventually.TrueAsync(async () =>
        {
            using var next = await EventReader.ConnectAsync(gateway);
            return next.Response.IsSuccessStatusCode;
        }, "a place for another listener");
        listeners.ForEach(listener => listener.Dispose());
    }

    [Fact]
    public async Task Stop_OfTheGateway_EndsTheStreamInOrder()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        using var events = await EventReader.ConnectAsync(gateway);
        Assert.NotNull(await events.NextAsync());

        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        // A stream that was cut off would end in an error.
        while (await events.NextAsync() is not null)
            ;
    }

    [Fact]
    public async Task RequestThatTheDrainCuts_IsToldBeforeTheStreamEnds()
    {
        await using var backend = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var events = await EventReader.ConnectAsync(gateway);
        var cut = Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.GetAsync("/slow"));
        await NextWithAsync(events, delta => delta.TryGetProperty("inFlight", out var inFlight) && inFlight.Number("count") == 1);

        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var delta = await NextWithAsync(events, delta => delta.TryGetProperty("refusals", out var refusals) && refusals.GetArrayLength() == 1);
        Assert.Equal(("drain", "/slow", 503), (delta.At("refusals")[0].Text("gate"), delta.At("refusals")[0].Text("path"), delta.At("refusals")[0].Number("status")));
        await cut;
    }

    private static async Task<JsonElement> NextWithAsync(EventReader events, Func<JsonElement, bool> condition)
    {
        while (await events.NextAsync() is var (name, data))
        {
            // The first delta repeats what the status said.
            if (name == "delta" && condition(data))
                return data;
        }
        throw new InvalidOperationException("The events ended.");
    }
}
