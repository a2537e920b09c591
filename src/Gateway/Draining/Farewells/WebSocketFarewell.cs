using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Draining.Farewells;

/// <summary>Stands before forwarding and takes part in what becomes a WebSocket; any other request costs it one look.</summary>
internal sealed class WebSocketFarewell(RequestDelegate next, DrainState state, TimeProvider time)
{
    private const string WebSocket = "websocket";

    // The client has been told that it is over; it gets as long to say so itself before the connection is closed under it.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    public Task InvokeAsync(HttpContext context)
    {
        var features = context.Features;
        if (features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade && context.Request.Headers.Upgrade.ToString().Equals(WebSocket, StringComparison.OrdinalIgnoreCase))
        {
            var accepted = new Accepting(context, upgrade, null, state.GoingAway.Token);
            features.Set<IHttpUpgradeFeature>(accepted);
            return ForwardAsync(context, accepted);
        }
        if (features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect && WebSocket.Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase))
        {
            var accepted = new Accepting(context, null, connect, state.GoingAway.Token);
            features.Set<IHttpExtendedConnectFeature>(accepted);
            return ForwardAsync(context, accepted);
        }
        return next(context);
    }

    private async Task ForwardAsync(HttpContext context, Accepting accepted)
    {
        await next(context);
        if (accepted.Stream is not { AwaitsClose: true } stream || context.RequestAborted.IsCancellationRequested)
            return;
        using var brief = new CancellationTokenSource(AnswerTime, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(brief.Token, context.RequestAborted);
        await stream.AwaitCloseAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What the server offers for accepting a WebSocket, over HTTP/1.1 or over HTTP/2 (RFC 8441), with our stream around its own.</summary>
    private sealed class Accepting(HttpContext context, IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect, CancellationToken goingAway)
        : IHttpUpgradeFeature, IHttpExtendedConnectFeature
    {
        public WebSocketStream? Stream { get; private set; }

        public bool IsUpgradableRequest => upgrade!.IsUpgradableRequest;

        public bool IsExtendedConnect => connect!.IsExtendedConnect;

        public string? Protocol => connect!.Protocol;

        public async Task<Stream> UpgradeAsync() => Wrap(await upgrade!.UpgradeAsync());

        public async ValueTask<Stream> AcceptAsync() => Wrap(await connect!.AcceptAsync());

        private WebSocketStream Wrap(Stream client)
        {
            Exchange.Of(context).Kind = ExchangeKind.WebSocket;
            return Stream = new WebSocketStream(client, goingAway);
        }
    }
}
