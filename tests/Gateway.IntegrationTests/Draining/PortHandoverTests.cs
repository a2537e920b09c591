using System.Net;
using System.Net.Sockets;
using Gateway.Draining.Handover;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Draining;

/// <summary>Whose new connections are, while a listener leaves a port that it shares. What the kernel does is seen here.</summary>
public sealed class PortHandoverTests
{
    private const int Connections = 100;

    [Theory]
    [InlineData(0, "127.0.0.1")]
    [InlineData(1, "127.0.0.1")]
    [InlineData(2, "127.0.0.1")]
    [InlineData(0, "::")]
    [InlineData(1, "::")]
    public async Task Leaving_WhicheverItIs_SendsNewConnectionsToTheOthers(int leaving, string address)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var group = new Group(IPAddress.Parse(address), leaving == 2 ? 3 : 2);
        var probes = new Probes();
        var accepting = AcceptAllAsync(group.Listeners[leaving], probes);

        await new PortHandover(group.Listeners[leaving], probes, TimeProvider.System).CompleteAsync(Bounds.Token).WithinPatience();
        var before = probes.Accepted;
        group.Connect(Connections);

        Assert.False(group.Listeners[leaving].Poll(0, SelectMode.SelectRead));
        Assert.Equal((0, 0), (before, probes.Accepted));
        group.Listeners[leaving].Dispose();
        await accepting.WithinPatience();
        // Who is left gets all that comes, by whatever number.
        group.Connect(Connections);
        Assert.Contains(group.Listeners.Where((_, number) => number != leaving), listener => listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task Leaving_WhatHasComeAlready_IsAcceptedFirst()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var group = new Group(IPAddress.Loopback, 2);
        var probes = new Probes();
        Assert.True(ReusePort.TrySteer(group.Listeners[0], 0));
        group.Connect(Connections);

        var leaving = new PortHandover(group.Listeners[0], probes, TimeProvider.System).CompleteAsync(Bounds.Token);
        var accepting = AcceptAllAsync(group.Listeners[0], probes);
        await leaving.WithinPatience();

        Assert.Equal(Connections, probes.Accepted);
        group.Listeners[0].Dispose();
        await accepting.WithinPatience();
    }

    [Fact]
    public async Task Leaving_ToOneThatAcceptsNothing_WaitsForNoAnswer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var group = new Group(IPAddress.Loopback, 1);
        group.Join(backlog: 0);
        Assert.True(ReusePort.TrySteer(group.Listeners[0], 1));
        await group.FillAsync();

        // A connection that gets no answer is given up by the kernel after two minutes.
        await Task.Run(() => new PortHandover(group.Listeners[0], new Probes(), TimeProvider.System).CompleteAsync(Bounds.Token), Bounds.Token).WithinPatience();

        Assert.False(group.Listeners[0].Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public void Joining_AfterOneLeft_EndsTheSteeringThatItLeftBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var group = new Group(IPAddress.Loopback, 2);
        Assert.True(ReusePort.TrySteer(group.Listeners[0], 1));
        group.Listeners[0].Dispose();
        group.Join();
        ReusePort.StopSteering(group.Listeners[2]);

        group.Connect(Connections);

        // By hash, a hundred connections all to the one has a chance of 2 to the power of -99.
        Assert.All(group.Listeners[1..], listener => Assert.True(listener.Poll(0, SelectMode.SelectRead)));
    }

    private static async Task AcceptAllAsync(Socket listener, Probes probes)
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync();
                probes.Recognize(connection.RemoteEndPoint);
                connection.Dispose();
            }
        }
        catch (SocketException)
        {
            // It was closed.
        }
    }

    /// <summary>Listeners that share a port, as so many processes would.</summary>
    private sealed class Group : IDisposable
    {
        private readonly IPAddress _address;
        private readonly List<Socket> _listeners = [];
        private readonly List<Socket> _clients = [];
        private int _port;

        public Group(IPAddress address, int count)
        {
            _address = address;
            for (var i = 0; i < count; i++)
                Join();
        }

        public Socket[] Listeners => [.. _listeners];

        public void Join(int backlog = int.MaxValue)
        {
            var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (_address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = true;
            socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(_address, _port));
            _port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            socket.Listen(backlog);
            Assert.True(ReusePort.IsShared(socket));
            _listeners.Add(socket);
        }

        public void Connect(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                client.Connect(IPAddress.Loopback, _port);
                _clients.Add(client);
            }
        }

        /// <summary>Connects until a connection gets no answer.</summary>
        public async Task FillAsync()
        {
            try
            {
                while (true)
                {
                    var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    _clients.Add(client);
                    Assert.True(_clients.Count < 64, "The queue never fills.");
                    using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
                    await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port), brief.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // It is full.
            }
        }

        public void Dispose()
        {
            _clients.ForEach(client => client.Dispose());
            _listeners.ForEach(listener => listener.Dispose());
        }
    }
}
