using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Forwarding;

/// <summary>
/// Tells a request's clock of the bytes of an upgraded connection, such as a WebSocket: the server hands it over
/// past the bodies that are counted otherwise.
/// </summary>
internal static class UpgradedBodies
{
    private const string WebSocket = "websocket";
    private const string Spdy = "SPDY/";

    /// <summary>Watches the request if it can be upgraded.</summary>
    public static void Watch(HttpContext context, RequestClock clock)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, clock));
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
            context.Features.Set<IHttpExtendedConnectFeature>(new ExtendedConnect(connect, clock));
    }

    /// <summary>
    /// Whether a request asks for what YARP forwards as an upgraded connection: a WebSocket, over HTTP/1.1 or HTTP/2
    /// (RFC 8441), or SPDY, which remote shells still speak.
    /// </summary>
    public static bool IsAskedFor(HttpContext context)
    {
        var request = context.Request;
        // The header and the method first: asking for features costs every request more.
        if (request.Headers.Upgrade is { Count: > 0 } upgrade)
        {
            return context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                && (WebSocket.Equals(upgrade, StringComparison.OrdinalIgnoreCase) || upgrade.ToString().StartsWith(Spdy, StringComparison.OrdinalIgnoreCase));
        }
        return HttpMethods.IsConnect(request.Method)
            && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
            && WebSocket.Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner, RequestClock clock) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => new Watched(await inner.UpgradeAsync(), clock);
    }

    private sealed class ExtendedConnect(IHttpExtendedConnectFeature inner, RequestClock clock) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner.IsExtendedConnect;

        public string? Protocol => inner.Protocol;

        public async ValueTask<Stream> AcceptAsync() => new Watched(await inner.AcceptAsync(), clock);
    }

    private sealed class Watched(Stream inner, RequestClock clock) : AsyncStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            clock.OnMoved(read);
            return read;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            clock.OnMoved(buffer.Length);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override void Flush()
        {
        }
    }
}
