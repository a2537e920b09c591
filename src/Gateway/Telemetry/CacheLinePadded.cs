using System.Runtime.InteropServices;

namespace Gateway.Telemetry;

/// <summary>
/// What each processor has one of and writes all the time. Objects that are made one after another lie side by side, and two
/// in one cache line would cost their processors what having one each was to save.
/// </summary>
internal abstract class CacheLinePadded
{
    // Processors fetch lines of 64 bytes in pairs. The fields of a base class come first, and so apart from the object before.
#pragma warning disable CS0169, IDE0051, CA1823 // It is there to take room.
    private readonly Room _room;
#pragma warning restore CS0169, IDE0051, CA1823

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private readonly struct Room;
}
