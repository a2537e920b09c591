using Gateway.Forwarding;

namespace Gateway.Tests.Forwarding;

/// <summary>Where a gRPC response goes on behind its first message.</summary>
public sealed class FirstGrpcMessageTests
{
    private static readonly byte[] Empty = [0, 0, 0, 0, 0];
    private static readonly byte[] Three = [0, 0, 0, 0, 3, 1, 2, 3];
    private static readonly byte[] Trailers = [0x80, 0, 0, 0, 4, 1, 2, 3, 4];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Message_InPieces_IsWholeAtItsLastByte(int piece)
    {
        var message = new FirstGrpcMessage(isText: false);

        for (var at = 0; at < Three.Length; at += piece)
        {
            Assert.False(message.IsWhole);
            Assert.False(message.IsFollowed(Three.AsSpan(at, piece)));
        }

        Assert.True(message.IsWhole);
        Assert.False(message.IsFollowed([]));
    }

    [Fact]
    public void Message_WithAnotherBehindIt_IsFollowed()
    {
        Assert.True(new FirstGrpcMessage(isText: false).IsFollowed([.. Three, .. Empty]));
        var message = new FirstGrpcMessage(isText: false);
        message.IsFollowed(Empty);
        Assert.True(message.IsFollowed(Three));
    }

    [Fact]
    public void Trailers_InTheBody_AreTheEndOfIt()
    {
        Assert.False(new FirstGrpcMessage(isText: false).IsFollowed([.. Three, .. Trailers]));
        var message = new FirstGrpcMessage(isText: false);
        message.IsFollowed(Three);
        Assert.False(message.IsFollowed(Trailers.AsSpan(0, 1)));
        Assert.False(message.IsWhole);
        Assert.False(message.IsFollowed(Trailers.AsSpan(1)));
    }

    [Fact]
    public void Trailers_WithoutAMessage_AreNone()
    {
        var message = new FirstGrpcMessage(isText: false);

        Assert.False(message.IsFollowed(Trailers));

        Assert.False(message.IsWhole);
    }

    [Fact]
    public void Message_OfTheGreatestLength_IsNotWhole()
    {
        var message = new FirstGrpcMessage(isText: false);

        Assert.False(message.IsFollowed([0, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[1000]]));

        Assert.False(message.IsWhole);
    }

    [Fact]
    public void Text_ThatCame_IsTakenForAMessage()
    {
        var message = new FirstGrpcMessage(isText: true);

        Assert.False(message.IsFollowed("AAAAAAA="u8));
        Assert.True(message.IsWhole);
        Assert.True(message.IsFollowed("AAAAAAA="u8));
    }
}
