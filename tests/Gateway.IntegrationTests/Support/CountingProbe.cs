using Gateway.Health;
using Gateway.Sockets;

namespace Gateway.IntegrationTests.Support;

/// <summary>The gateway's own TCP probe, counted.</summary>
internal sealed class CountingProbe : IConnectProbe
{
    private readonly TcpConnect _probe = new(new Connector(new SystemResolver(), TimeProvider.System), TimeProvider.System);
    private int _begun;
    private int _ended;

    /// <summary>Probes that are over.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Probes that are under way.</summary>
    public int Pending => Volatile.Read(ref _begun) - Ended;

    public async Task<string?> TryConnectAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _begun);
        try
        {
            return await _probe.TryConnectAsync(address, timeout, cancellationToken);
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
