using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gateway.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Makes each cluster's HTTP client: YARP's, over connections of ours.</summary>
internal sealed class UpstreamClientFactory(
    ClusterForwarding clusters, TimeProvider time, IMeterFactory meters, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger), IReloadWitness
{
    private readonly ConcurrentQueue<string> _renewed = new();
    private readonly ConditionalWeakTable<HttpRequestMessage, Handshake> _handshakes = [];

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        // Trace context is written by the gateway itself, whether anybody listens to activities or not.
        handler.ActivityHeadersPropagator = null;
        // Connections to backends are counted apart from those of other clients in the process.
        handler.MeterFactory = meters;
        // The time to connect is bounded where the connection is made, with the number that is in force at that moment.
        handler.ConnectTimeout = Timeout.InfiniteTimeSpan;
        // The context holds the client before this one, which would hold the one before it, and so on.
        var clusterId = context.ClusterId;
        handler.ConnectCallback = (connection, cancellationToken) => ConnectAsync(clusterId, connection, cancellationToken);
        handler.PlaintextStreamFilter = HandshakeDone;
        handler.RequestHeaderEncodingSelector = Announcing(handler.RequestHeaderEncodingSelector);
    }

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context)
    {
        var reuses = base.CanReuseOldClient(context);
        if (!reuses && context.OldClient is not null)
            _renewed.Enqueue(context.ClusterId);
        return reuses;
    }

    public IEnumerable<string> Describe(Snapshot before, Snapshot after)
    {
        while (_renewed.TryDequeue(out var cluster))
            yield return $"connections of cluster '{cluster}' are made anew";
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new StreamedBodies(base.WrapHandler(context, handler));

    // The one place where the client says that it has a connection and writes this very request to it.
    private static HeaderEncodingSelector<HttpRequestMessage> Announcing(HeaderEncodingSelector<HttpRequestMessage>? encoding) => (header, request) =>
    {
        if (request.RequestUri is UpstreamAddress { Attempt: { } attempt })
        {
            // Every request carries this header once: the second time, the client sends the request again by itself.
            if (header == ForwardingTransforms.TraceParent && !attempt.TryBeginSending())
                throw new ResendException(notProcessed: MayBeHttp2(request));
            attempt.OnSending(hasBody: request.Content is not null && attempt.RequestBody is not null);
            UpstreamStream.RequestBegins(request.Method.Method);
        }
        return encoding?.Invoke(header, request);
    };

    // HTTP/1.1 is what a client that may go lower speaks without TLS. Only over HTTP/2 does it send again by itself.
    private static bool MayBeHttp2(HttpRequestMessage request) => request.Version.Major >= 2
        && (request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower || request.RequestUri!.Scheme == Uri.UriSchemeHttps);

    private async ValueTask<Stream> ConnectAsync(string clusterId, SocketsHttpConnectionContext connection, CancellationToken cancellationToken)
    {
        var timeout = (connection.InitialRequestMessage.RequestUri is UpstreamAddress { Attempt.Timeouts: { } own } ? own : clusters.Of(clusterId).Timeouts).Connect;
        var started = time.GetTimestamp();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(connection.DnsEndPoint, either.Token);
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new ConnectTimeoutException(timeout);
            throw;
        }
        var encrypted = connection.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var stream = new UpstreamStream(socket, encrypted);
        if (encrypted)
            BoundHandshake(connection.InitialRequestMessage, stream, timeout, left: timeout - time.GetElapsedTime(started));
        return stream;
    }

    // TLS begins when the connection is handed over, out of reach of the time-out above.
    private void BoundHandshake(HttpRequestMessage initial, UpstreamStream stream, TimeSpan timeout, TimeSpan left) =>
        _handshakes.AddOrUpdate(initial, new(stream, time.CreateTimer(_ => stream.EndHandshake(timeout), null,
            left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan)));

    // Called when a connection is ready for requests, and so after TLS.
    private ValueTask<Stream> HandshakeDone(SocketsHttpPlaintextStreamFilterContext connection, CancellationToken cancellationToken)
    {
        if (_handshakes.TryGetValue(connection.InitialRequestMessage, out var handshake))
        {
            handshake.Deadline.Dispose();
            handshake.Stream.IsShared = connection.NegotiatedHttpVersion.Major >= 2;
            _handshakes.Remove(connection.InitialRequestMessage);
        }
        return new(connection.PlaintextStream);
    }

    private sealed record Handshake(UpstreamStream Stream, ITimer Deadline);
}
