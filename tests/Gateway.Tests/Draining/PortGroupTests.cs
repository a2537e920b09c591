using System.Net;
using Gateway.Draining.Handover;

namespace Gateway.Tests.Draining;

/// <summary>Who else listens, by lines as Linux writes them on a little-endian machine.</summary>
public sealed class PortGroupTests
{
    private static readonly string[] Table =
    [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0",
        "   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 0 100 0 0 10 0",
        "   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1 0 100 0 0 10 0",
        "   3: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 103 1 0 100 0 0 10 0",
        "   4: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 104 1 0 100 0 0 10 0",
    ];

    [Theory]
    [InlineData("127.0.0.1", 8080, 2)]
    [InlineData("0.0.0.0", 8080, 1)]
    [InlineData("127.0.0.1", 8081, 1)]
    [InlineData("127.0.0.1", 8082, 0)]
    public void Listeners_OfTheVeryAddress_Count(string address, int port, int expected)
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "The lines are those of a little-endian machine.");
        Assert.Equal(expected, PortGroup.Count(Table, new IPEndPoint(IPAddress.Parse(address), port)));
    }

    [Fact]
    public void Listeners_OfIPv6_AreFourWords()
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "The lines are those of a little-endian machine.");
        string[] table = ["head", "   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0"];
        Assert.Equal(1, PortGroup.Count(table, new IPEndPoint(IPAddress.IPv6Loopback, 8080)));
    }
}
