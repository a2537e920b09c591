using System.Runtime.InteropServices;

namespace Gateway.Telemetry;

/// <summary>
/// A number that many threads change, alone on its cache lines: processors that count with what happens to lie beside
/// it would else take the line from each other with every request. Two lines each side, as they are fetched in pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Apart)]
internal struct PaddedCounter
{
    private const int Apart = 128;

    [FieldOffset(Apart - sizeof(long))]
    public long Value;
}
