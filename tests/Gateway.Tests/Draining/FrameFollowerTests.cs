using System.Buffers.Binary;
using Gateway.Draining.Farewells;

namespace Gateway.Tests.Draining;

/// <summary>Where a frame ends, however its bytes arrive.</summary>
public sealed class FrameFollowerTests
{
    private const byte Text = 0x81;
    private const byte Close = 0x88;

    public static TheoryData<int, bool> Frames => new(
        from length in (int[])[0, 1, 125, 126, 127, 255, 256, 65_535, 65_536]
        from masked in (bool[])[false, true]
        select (length, masked));

    [Theory]
    [MemberData(nameof(Frames))]
    public void Frame_InTwoPieces_EndsWithItsLastByteOnly(int length, bool masked)
    {
        var frame = Frame(Text, length, masked);
        // Every split within the head, and the ends of the payload.
        foreach (var split in Enumerable.Range(1, frame.Length - 1).Where(split => split < 20 || split > frame.Length - 3))
        {
            var follower = new FrameFollower();
            follower.Follow(frame.AsSpan(0, split));
            Assert.False(follower.IsBetweenFrames, $"split at {split}");
            follower.Follow(frame.AsSpan(split));
            Assert.True(follower.IsBetweenFrames, $"split at {split}");
        }
    }

    [Fact]
    public void Frames_ByteByByte_EndWhereTheyEnd()
    {
        byte[][] frames = [Frame(Text, 3, true), Frame(Text, 0, false), Frame(Text, 300, true), Frame(Close, 2, true)];
        var follower = new FrameFollower();
        foreach (var frame in frames)
        {
            Assert.False(follower.HasClosed);
            for (var i = 0; i < frame.Length; i++)
            {
                follower.Follow([frame[i]]);
                Assert.Equal(i == frame.Length - 1, follower.IsBetweenFrames);
            }
        }
        Assert.True(follower.HasClosed);
    }

    [Fact]
    public void FollowFrame_SeveralInOnePiece_StopsAtTheFirstEnd()
    {
        byte[] frames = [.. Frame(Text, 130, true), .. Frame(Close, 2, false), .. Frame(Text, 9, false)];
        var follower = new FrameFollower();

        var first = follower.FollowFrame(frames);
        Assert.Equal((138, true, false), (first, follower.IsBetweenFrames, follower.HasClosed));

        var second = follower.FollowFrame(frames.AsSpan(first));
        Assert.Equal((4, true, true), (second, follower.IsBetweenFrames, follower.HasClosed));
    }

    [Fact]
    public void Close_WithoutItsLastByte_IsNone()
    {
        var follower = new FrameFollower();
        follower.Follow(Frame(Close, 2, true).AsSpan(0, 7));
        Assert.False(follower.HasClosed);
    }

    [Fact]
    public void Length_ThatIsALie_IsOnlyCounted()
    {
        var follower = new FrameFollower();
        follower.Follow([0x82, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        var chunk = new byte[1 << 20];
        for (var i = 0; i < 100; i++)
            Assert.Equal(chunk.Length, follower.FollowFrame(chunk));
        Assert.False(follower.IsBetweenFrames);
    }

    internal static byte[] Frame(byte head, int length, bool masked)
    {
        var maskedBit = (byte)(masked ? 0x80 : 0);
        var extended = new byte[length > 65_535 ? 8 : length > 125 ? 2 : 0];
        if (extended.Length == 8)
            BinaryPrimitives.WriteInt64BigEndian(extended, length);
        else if (extended.Length == 2)
            BinaryPrimitives.WriteUInt16BigEndian(extended, (ushort)length);
        var marker = (byte)(maskedBit | (extended.Length == 8 ? 127 : extended.Length == 2 ? 126 : length));
        // The payload looks like the head of a Close frame throughout.
        return [head, marker, .. extended, .. new byte[masked ? 4 : 0], .. Enumerable.Repeat(Close, length)];
    }
}
