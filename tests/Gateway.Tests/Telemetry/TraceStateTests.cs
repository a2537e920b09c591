using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.Extensions.Primitives;

namespace Gateway.Tests.Telemetry;

public sealed class TraceStateTests
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Theory]
    [InlineData("a=1")]
    [InlineData("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")]
    [InlineData("a=1 , b=2")]
    [InlineData("a=1,,b=2,")]
    [InlineData("fw529a3039@dt=FfD/-$!_*@ x")]
    [InlineData("0a=1")]
    public void State_WellFormed_GoesOnAsItCame(string state) => Assert.Equal(state, TraceState.Clean(Parent, state));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("a")]
    [InlineData("=1")]
    [InlineData("a=")]
    [InlineData("A=1")]
    [InlineData("_a=1")]
    [InlineData("a b=1")]
    [InlineData("a=b=c")]
    [InlineData("a=1,b")]
    [InlineData("a=1,a=2")]
    [InlineData("a=é")]
    [InlineData("a=\u007f")]
    public void State_Malformed_IsDroppedAsAWhole(string state) => Assert.Equal(0, TraceState.Clean(Parent, state).Count);

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    public void State_WithoutATrace_IsDropped(string? parent) => Assert.Equal(0, TraceState.Clean(parent, "a=1").Count);

    [Fact]
    public void State_InSeveralLines_IsOne() => Assert.Equal("a=1,b=2", TraceState.Clean(Parent, new StringValues(["a=1", "b=2"])));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void State_OfMoreThan32Members_IsDropped(int members, bool goesOn)
    {
        var state = string.Join(',', Enumerable.Range(0, members).Select(i => $"k{i}=1"));

        Assert.Equal(goesOn ? state : "", TraceState.Clean(Parent, state).ToString());
    }

    [Theory]
    [InlineData(256, 256, true)]
    [InlineData(257, 1, false)]
    [InlineData(1, 257, false)]
    public void Member_TooLong_IsMalformed(int key, int value, bool isWellFormed)
    {
        var state = $"{new string('k', key)}={new string('v', value)},a=1";

        Assert.Equal(isWellFormed, TraceState.Clean(Parent, state).Count > 0);
    }

    [Fact]
    public void State_TooLong_LosesLongMembersFirstAndThenTheLast()
    {
        var @long = $"long={new string('v', 200)}";
        var shorts = Enumerable.Range(0, 6).Select(i => $"k{i}={new string('v', 90)}").ToList();

        var left = TraceState.Clean(Parent, string.Join(", ", [shorts[0], @long, .. shorts[1..]])).ToString();

        Assert.Equal(string.Join(',', shorts[..5]), left);
        Assert.InRange(left.Length, 1, 512);
    }

    [Fact]
    public void State_WellFormed_CostsNothing()
    {
        StringValues state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

        Assert.Equal(0, Allocations.Of(() => TraceState.Clean(Parent, state)));
    }
}
