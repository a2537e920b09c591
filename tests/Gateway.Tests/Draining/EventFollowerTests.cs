using System.Text;
using Gateway.Draining.Farewells;

namespace Gateway.Tests.Draining;

/// <summary>Where a stream of events may end without losing one, however its bytes arrive.</summary>
public sealed class EventFollowerTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("data: 1\n\n", true)]
    [InlineData("data: 1\r\n\r\n", true)]
    [InlineData("data: 1\r\r", true)]
    [InlineData("data: 1\n\r\n", true)]
    [InlineData("data: 1\r\n\n", true)]
    [InlineData("id: 7\ndata: 1\n\n\n\n", true)]
    [InlineData(": a comment\n", true)]
    [InlineData(":\n\n: and another one\r\n", true)]
    [InlineData("data: 1\n", false)]
    [InlineData("data: 1\r\n", false)]
    [InlineData("data: 1", false)]
    [InlineData(": a comm", false)]
    [InlineData("data: 1\n: a comment within\n", false)]
    [InlineData("data: 1\n\ndata: 2\n", false)]
    public void Stream_MayEnd_WhereNoEventHasBegun(string text, bool between)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var follower = new EventFollower();
            follower.Follow(bytes.AsSpan(0, split));
            follower.Follow(bytes.AsSpan(split));
            Assert.Equal(between, follower.IsBetweenEvents);
        }
    }

    [Theory]
    [InlineData("da", "ta: 1\n\ndata: 2\n\n", "ta: 1\n\n")]
    [InlineData("data: 1\r\n", "\r\ndata: 2\r\n\r\n", "\r")]
    [InlineData("data: 1\n", "more", "more")]
    public void FollowEvent_StopsWhereTheEventEnds(string before, string then, string passed)
    {
        var follower = new EventFollower();
        follower.Follow(Encoding.UTF8.GetBytes(before));
        Assert.Equal(passed.Length, follower.FollowEvent(Encoding.UTF8.GetBytes(then)));
    }
}
