using System.Runtime.CompilerServices;
using Gateway.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

/// <summary>Since when each destination is up, whoever found it down before: a probe or one of YARP's checks.</summary>
internal sealed class UpTimes(TimeProvider time) : IUpSince
{
    private readonly ConditionalWeakTable<DestinationState, Since> _since = [];

    private sealed class Since
    {
        private const long NotUp = long.MinValue;
        private long _up = NotUp;
        private string? _address;

        public long? Up => Volatile.Read(ref _up) is not NotUp and var up ? up : null;

        // Another address under the same id is another backend, which begins anew.
        public void Note(bool up, string? address, long now)
        {
            if (!up)
                Volatile.Write(ref _up, NotUp);
            else if (Up is null || address != _address)
                Volatile.Write(ref _up, now);
            _address = address;
        }
    }

    public long? Of(DestinationState destination) => _since.TryGetValue(destination, out var since) ? since.Up : null;

    /// <summary>Notes who is up, whenever that may have changed. Those that are noted for the first time together came up together.</summary>
    public void Note(IReadOnlyList<DestinationState> all, Func<DestinationState, bool> isUp)
    {
        var now = time.GetTimestamp();
        foreach (var destination in all)
            _since.GetOrCreateValue(destination).Note(isUp(destination), destination.Model?.Config.Address, now);
    }
}
