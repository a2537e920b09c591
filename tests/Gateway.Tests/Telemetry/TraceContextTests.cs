using System.Diagnostics;
using Gateway.Telemetry;

namespace Gateway.Tests.Telemetry;

public sealed class TraceContextTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    // The runner's own activity would be taken for the request's.
    public TraceContextTests() => Activity.Current = null;

    [Theory]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01", "01")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-00", "00")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-ff", "01")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-02", "00")]
    [InlineData($"01-{Trace}-00f067aa0ba902b7-01", "01")]
    [InlineData($"cc-{Trace}-00f067aa0ba902b7-01-what-comes-later", "01")]
    public void Traceparent_Valid_IsContinuedWithASpanOfOurs(string header, string flags)
    {
        var trace = TraceContext.Continue(header);

        Assert.Equal(Trace, trace.TraceId);
        Assert.Matches($"^00-{Trace}-(?!00f067aa0ba902b7|0{{16}})[0-9a-f]{{16}}-{flags}$", trace.ToTraceParent());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01-")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01-x")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-0")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-0g")]
    [InlineData($"ff-{Trace}-00f067aa0ba902b7-01")]
    [InlineData($"cc-{Trace}-00f067aa0ba902b7-01.x")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData($"00-{Trace}-0000000000000000-01")]
    [InlineData($"00_{Trace}-00f067aa0ba902b7-01")]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01,00-{Trace}-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01")]
    public void Traceparent_Invalid_BeginsATrace(string? header)
    {
        var (one, other) = (TraceContext.Continue(header), TraceContext.Continue(header));

        Assert.NotEqual(one.TraceId, other.TraceId);
        Assert.NotEqual(Trace, one.TraceId);
        Assert.Matches($"^00-{one.TraceId}-[0-9a-f]{{16}}-01$", one.ToTraceParent());
        Assert.DoesNotContain(new string('0', 16) + "-", one.ToTraceParent(), StringComparison.Ordinal);
    }

    [Fact]
    public void TraceId_WrittenIntoABuffer_IsTheSame()
    {
        Span<char> text = stackalloc char[32];
        TraceContext.Continue($"00-{Trace}-00f067aa0ba902b7-01").WriteTraceId(text);

        Assert.Equal(Trace, text.ToString());
    }

    [Fact]
    public void Trace_WhereAnActivityRuns_IsThatActivity()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(activity.Id, TraceContext.Continue(null).ToTraceParent());
    }
}
