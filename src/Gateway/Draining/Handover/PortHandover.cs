using System.Net;
using System.Net.Sockets;

namespace Gateway.Draining.Handover;

/// <summary>
/// Leaves a port without losing a connection. Closing a listener resets those that wait to be accepted,
/// and where others listen on the port too, the kernel goes on giving this one its share until then. So
/// new connections are steered to one of the others first, and what came before is accepted.
/// </summary>
/// <remarks>Which number of the group is whose cannot be asked: a connection of our own shows whether we still are the one.</remarks>
internal sealed class PortHandover(Socket listener, Probes probes, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    // Whoever was told to come here before the steering is on the way for as long as a round trip takes.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    // A busy listener is never quiet. The connections that come later are steered elsewhere, or lost by chance.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    // Alone on the port, there is nobody to hand over to: only what has come is accepted.
    private static readonly TimeSpan LongestAlone = TimeSpan.FromMilliseconds(100);

    /// <summary>Completes when the listener can be closed, or when no time is left.</summary>
    public async Task CompleteAsync(CancellationToken over)
    {
        try
        {
            if (listener.LocalEndPoint is IPEndPoint endpoint && ReusePort.IsShared(listener) && PortGroup.Count(endpoint) is > 1 and var count)
                await SteerAsync(endpoint, count, over);
            else
                await EmptyAsync(TimeSpan.Zero, LongestAlone, static () => { }, over);
        }
        catch (ObjectDisposedException)
        {
            // A save took the endpoint away, or the server itself is stopping: it is left already.
        }
    }

    // Most often the newest listener is the one that takes over, and the last number is its.
    private async Task SteerAsync(IPEndPoint endpoint, int count, CancellationToken over)
    {
        for (var number = count - 1; number >= 0 && !over.IsCancellationRequested; number--)
        {
            var to = number;
            if (!ReusePort.TrySteer(listener, to))
                break;
            using var probe = probes.Open(endpoint);
            // Whoever joins at this moment undoes the steering, as it may have been left behind by somebody.
            if (await EmptyAsync(Quiet, Longest, () => ReusePort.TrySteer(listener, to), over) && probe is not { CameHere: true })
                return;
        }
        await EmptyAsync(TimeSpan.Zero, LongestAlone, static () => { }, over);
    }

    /// <summary>Waits until nobody waits to be accepted, for so long; false when that does not come to pass.</summary>
    private async Task<bool> EmptyAsync(TimeSpan quiet, TimeSpan longest, Action each, CancellationToken over)
    {
        var began = time.GetTimestamp();
        var quietSince = began;
        var accepted = probes.Accepted;
        while (!over.IsCancellationRequested)
        {
            each();
            if (IsWaiting() || accepted != probes.Accepted)
                (quietSince, accepted) = (time.GetTimestamp(), probes.Accepted);
            else if (time.GetElapsedTime(quietSince) >= quiet)
                return true;
            if (time.GetElapsedTime(began) >= longest)
                return false;
            await Task.Delay(Look, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return false;
    }

    private bool IsWaiting()
    {
        try
        {
            return listener.Poll(TimeSpan.Zero, SelectMode.SelectRead);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
