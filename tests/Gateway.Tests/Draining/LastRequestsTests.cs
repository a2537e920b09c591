using Gateway.Draining;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Draining;

/// <summary>When a connection is asked to end.</summary>
public sealed class LastRequestsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly InFlight _inFlight;
    private readonly Dictionary<string, OpenConnection> _connections = [];
    private readonly LastRequests _last;

    public LastRequestsTests()
    {
        _inFlight = new InFlight(_meters);
        _last = new LastRequests(_inFlight, _connections, _time);
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void ConnectionWithARequest_IsAskedAtOnce()
    {
        var (busy, idle) = (Open("busy"), Open("idle"));
        _inFlight.Started(RequestOn("busy"));

        _last.Begin();

        Assert.True(busy.Asked);
        Assert.False(idle.Asked);
    }

    [Fact]
    public void ConnectionThatBringsARequest_IsAskedWithIt()
    {
        var idle = Open("idle");
        _last.Begin();

        _inFlight.Started(RequestOn("idle"));

        Assert.True(idle.Asked);
    }

    [Fact]
    public void IdleConnection_IsAskedWhenItsNextRequestHadItsTime()
    {
        var idle = Open("idle");
        _time.Advance(LastRequests.FirstRequest);
        _last.Begin();

        Assert.False(_last.AskAll());
        Assert.False(idle.Asked);
        _time.Advance(LastRequests.NextRequest);

        Assert.True(_last.AskAll());
        Assert.True(idle.Asked);
    }

    [Fact]
    public void YoungConnection_IsAskedWhenItsFirstRequestHadItsTime()
    {
        var young = Open("young");
        _last.Begin();
        _time.Advance(LastRequests.FirstRequest - TimeSpan.FromMilliseconds(1));

        Assert.False(_last.AskAll());
        Assert.False(young.Asked);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(_last.AskAll());
        Assert.True(young.Asked);
    }

    private Lifetime Open(string id)
    {
        var connection = new DefaultConnectionContext(id);
        var lifetime = new Lifetime();
        connection.Features.Set<IConnectionLifetimeNotificationFeature>(lifetime);
        _connections[id] = new OpenConnection(connection, _time.GetTimestamp());
        return lifetime;
    }

    private static Gateway.Telemetry.Exchange RequestOn(string connection)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { ConnectionId = connection });
        return context.WithExchange().Exchange();
    }

    private sealed class Lifetime : IConnectionLifetimeNotificationFeature
    {
        public bool Asked { get; private set; }

        public CancellationToken ConnectionClosedRequested { get; set; }

        public void RequestClose() => Asked = true;
    }
}
