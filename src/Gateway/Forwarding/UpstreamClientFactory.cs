using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Gateway.Configuration;
using Gateway.Forwarding.Messages;
using Gateway.Sockets;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Makes each cluster's HTTP client: YARP's, over connections of ours.</summary>
internal sealed class UpstreamClientFactory(
    ClusterForwarding clusters, Connector connector, TimeProvider time, IMeterFactory meters, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger), IReloadWitness
{
    private readonly ConcurrentQueue<string> _renewed = new();

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
        var state = clusters.Of(clusterId);
        handler.PooledConnectionLifetime = state.LifetimeOfClient = state.ConnectionLifetime;
        handler.ConnectCallback = (connection, cancellationToken) => ConnectAsync(clusterId, connection, cancellationToken);
        handler.PlaintextStreamFilter = Watch;
        // A character is a byte, as it is on the client's side. In responses the client takes it for one unless told otherwise.
        handler.RequestHeaderEncodingSelector = Announce;
        handler.ResponseHeaderEncodingSelector = null;
    }

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context)
    {
        var state = clusters.Of(context.ClusterId);
        var reuses = base.CanReuseOldClient(context) && state.LifetimeOfClient == state.ConnectionLifetime;
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
        new HiddenHosts(new TargetGuard(new StreamedBodies(new NewConnections(base.WrapHandler(context, handler), Unkept(context.ClusterId, context.NewConfig)))));

    private Lazy<HttpMessageInvoker> Unkept(string clusterId, HttpClientConfig config) => new(() =>
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        ConfigureHandler(new ForwarderHttpClientContext { ClusterId = clusterId, NewConfig = config }, handler);
        handler.PooledConnectionLifetime = TimeSpan.Zero;
        return new HttpMessageInvoker(handler);
    });

    // The one place where the client says that it has a connection and writes this very request to it.
    private static Encoding Announce(string header, HttpRequestMessage request)
    {
        if (request.RequestUri is UpstreamAddress { Attempt: { } attempt })
        {
            // Every request carries this header once: the second time, the client sends the request again by itself.
            if (header == ForwardingTransforms.TraceParent && !attempt.TryBeginSending())
                throw new ResendException();
            attempt.OnSending(hasBody: request.Content is not null && attempt.RequestBody is not null);
            UpstreamStream.RequestBegins(request.Method.Method, attempt);
        }
        return Encoding.Latin1;
    }

    private async ValueTask<Stream> ConnectAsync(string clusterId, SocketsHttpConnectionContext connection, CancellationToken cancellationToken)
    {
        var attempt = (connection.InitialRequestMessage.RequestUri as UpstreamAddress)?.Attempt;
        // It would be for sending the request again, which is for us to say: a connection that nothing goes over counts as well.
        if (attempt is { HasBegun: true })
            throw new ResendException();
        var timeout = (attempt?.Timeouts ?? clusters.Of(clusterId).Timeouts).Connect;
        var started = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Socket socket;
        try
        {
            socket = await connector.ConnectAsync(connection.DnsEndPoint.Host, connection.DnsEndPoint.Port, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectTimeoutException(timeout);
        }
        if (connection.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps)
            return new NetworkStream(socket, ownsSocket: true);
        // TLS begins when the connection is handed over, within what is left of the time.
        return new HandshakeStream(socket, timeout, left: timeout - time.GetElapsedTime(started), time);
    }

    // Called when a connection is ready for requests, and so after TLS.
    private static ValueTask<Stream> Watch(SocketsHttpPlaintextStreamFilterContext connection, CancellationToken cancellationToken)
    {
        if (connection.PlaintextStream is SslStream encrypted)
            HandshakeStream.Of(encrypted)?.Complete();
        return new(new UpstreamStream(connection.PlaintextStream, (connection.PlaintextStream as NetworkStream)?.Socket,
            shared: connection.NegotiatedHttpVersion.Major >= 2));
    }
}
