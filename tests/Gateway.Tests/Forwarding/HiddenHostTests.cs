using System.Text;
using Gateway.Forwarding;

namespace Gateway.Tests.Forwarding;

/// <summary>A hidden Host takes its place in the bytes, and no other byte moves.</summary>
public class HiddenHostTests
{
    private const int LargestPayload = 16_384;
    private const byte Data = 0, Headers = 1, Settings = 4, Continuation = 9;
    private const byte EndStream = 1, EndHeaders = 4;

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: d\r\nX: 1\r\n{0}: client.example\r\nY: 2\r\n\r\nbody", "GET / HTTP/1.1\r\nHost: client.example\r\nX: 1\r\nY: 2\r\n\r\nbody")]
    [InlineData("GET / HTTP/1.1\r\nHost: d:1\r\n{0}: c\r\n\r\n", "GET / HTTP/1.1\r\nHost: c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n{0}: c:81\r\nX: 1\r\nHost: d\r\n\r\n", "GET / HTTP/1.1\r\nX: 1\r\nHost: c:81\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: d\r\n{0}: \r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n\r\n")]
    public void Reveal_InHttp1_PutsItInTheHostLine(string written, string expected) =>
        Assert.Equal(expected, Encoding.Latin1.GetString(HiddenHost.Reveal(Encoding.Latin1.GetBytes(string.Format(null, written, HiddenHost.Name)))));

    [Theory]
    [InlineData("c")]
    [InlineData("client.example:8443")]
    public void Reveal_InHttp2_PutsItInTheAuthority(string host)
    {
        byte[] other = [.. Frame(Settings, 0, 0, new byte[6]), .. Frame(Data, EndStream, 3, [1, 2, 3])];
        byte[] written = [.. other, .. Frame(Headers, EndStream | EndHeaders, 5, Block("dest:1", "x", host)), .. Frame(Headers, EndHeaders, 7, Block("dest:1", "y", null))];

        var revealed = HostFrames.Reveal(written).ToArray();

        Assert.Equal([.. other, .. Frame(Headers, EndStream | EndHeaders, 5, Block(host, "x", null)), .. Frame(Headers, EndHeaders, 7, Block("dest:1", "y", null))], revealed);
    }

    [Theory]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(400)]
    [InlineData(20_000)]
    public void Reveal_OfAnyLength_IsWrittenAsTheProtocolHasIt(int length)
    {
        var host = new string('h', length);

        var revealed = HostFrames.Reveal(Framed(5, Block("dest:1", "x", host))).ToArray();

        Assert.Equal(Framed(5, Block(host, "x", null)), revealed);
    }

    [Theory]
    [InlineData(LargestPayload - 100)]
    [InlineData(LargestPayload)]
    [InlineData(40_000)]
    public void Reveal_InAHeadOfSeveralFrames_FramesItAnew(int large)
    {
        var value = new string('v', large);

        var revealed = HostFrames.Reveal(Framed(5, Block("d", value, "client.example"))).ToArray();

        Assert.Equal(Framed(5, Block("client.example", value, null)), revealed);
    }

    [Fact]
    public void Reveal_BehindThePreface_LeavesThatAlone()
    {
        byte[] preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])];

        Assert.Equal([.. preface, .. Framed(1, Block("c", "x", null))], HostFrames.Reveal((byte[])[.. preface, .. Framed(1, Block("d", "x", "c"))]).ToArray());
    }

    // Method and scheme by number, a change of the table's size, authority and others as literals.
    private static byte[] Block(string authority, string own, string? hidden) =>
    [
        0x20, 0x82, 0x87, 0x01, .. Text(authority), 0x84,
        0x00, .. Text("x-own"), .. Text(own),
        .. hidden is null ? [] : (byte[])[0x00, .. Text(HiddenHost.Name), .. Text(hidden)],
        0x0F, 0x0D, .. Text("5"),
    ];

    private static byte[] Text(string text)
    {
        var length = new List<byte>();
        if (text.Length < 0x7F)
        {
            length.Add((byte)text.Length);
        }
        else
        {
            length.Add(0x7F);
            var rest = text.Length - 0x7F;
            for (; rest >= 0x80; rest /= 0x80)
                length.Add((byte)(0x80 + rest % 0x80));
            length.Add((byte)rest);
        }
        return [.. length, .. Encoding.ASCII.GetBytes(text)];
    }

    private static byte[] Framed(byte stream, byte[] block)
    {
        var pieces = block.Chunk(LargestPayload).ToList();
        return [.. pieces.SelectMany((piece, i) => Frame(i == 0 ? Headers : Continuation, (byte)((i == 0 ? EndStream : 0) | (i == pieces.Count - 1 ? EndHeaders : 0)), stream, piece))];
    }

    private static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];
}
