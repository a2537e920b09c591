using System.Security.Cryptography;

namespace Gateway.Draining.Farewells;

/// <summary>The frame that says that an endpoint goes away (RFC 6455 §5.5.1, §7.4.1).</summary>
internal static class CloseFrame
{
    private const byte FinalClose = 0x88;
    private const byte Masked = 0x80;
    private const byte CodeHigh = 1001 >> 8;
    private const byte CodeLow = 1001 & 0xFF;

    /// <summary>What a server sends.</summary>
    public static readonly byte[] ToClient = [FinalClose, 2, CodeHigh, CodeLow];

    /// <summary>What a client sends: masked with bytes that nobody can foresee (§5.3).</summary>
    public static byte[] ToServer()
    {
        var mask = RandomNumberGenerator.GetBytes(4);
        return [FinalClose, Masked | 2, .. mask, (byte)(CodeHigh ^ mask[0]), (byte)(CodeLow ^ mask[1])];
    }
}
