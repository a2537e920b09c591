using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.Draining.Handover;

/// <summary>What Linux offers a listener that shares its port (socket(7), SO_REUSEPORT): whose the new connections are.</summary>
/// <remarks>
/// The listeners of a port form a group, numbered in the order in which they began to listen; when one
/// leaves, the last one takes its number. New connections are spread by hash, or go where a program says that
/// belongs to the group, not to the socket that attached it: it stays when that socket is gone. A number
/// that nobody has falls back to the hash.
/// </remarks>
internal static class ReusePort
{
    private const int SocketLevel = 1;
    private const int SharedOption = 15;
    private const int AttachClassicProgram = 51;
    private const int DetachProgram = 68;

    // BPF_RET | BPF_K: the program's one instruction returns a constant.
    private const ushort ReturnConstant = 0x06;

    private static readonly byte[] On = BitConverter.GetBytes(1);

    public static bool IsShared(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            return false;
        Span<byte> value = stackalloc byte[sizeof(int)];
        return socket.GetRawSocketOption(SocketLevel, SharedOption, value) == sizeof(int) && BitConverter.ToInt32(value) != 0;
    }

    /// <summary>Sends all new connections to one listener of the group; false where the kernel does not do that.</summary>
    public static bool TrySteer(Socket socket, int number)
    {
        var instruction = Marshal.AllocHGlobal(sizeof(long));
        try
        {
            // struct sock_filter: code, two jumps that a return has no use for, and the constant.
            Marshal.WriteInt64(instruction, BitConverter.IsLittleEndian ? ReturnConstant | ((long)number << 32) : ((long)ReturnConstant << 48) | (uint)number);
            // struct sock_fprog: the number of instructions and, aligned, where they are.
            Span<byte> program = stackalloc byte[2 * IntPtr.Size];
            program.Clear();
            BitConverter.TryWriteBytes(program, (ushort)1);
            MemoryMarshal.Write(program[IntPtr.Size..], in instruction);
            return TrySet(socket, AttachClassicProgram, program);
        }
        finally
        {
            Marshal.FreeHGlobal(instruction);
        }
    }

    /// <summary>Has new connections spread by hash again: one that left may have left its program behind.</summary>
    public static void StopSteering(Socket socket) => TrySet(socket, DetachProgram, On);

    private static bool TrySet(Socket socket, int option, ReadOnlySpan<byte> value)
    {
        try
        {
            socket.SetRawSocketOption(SocketLevel, option, value);
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
