using System.Xml.Linq;
using Gateway.Configuration.Schema;
using Gateway.Pooling;

namespace Gateway.Tests.Configuration.Schema;

public sealed class SummariesTests
{
    [Theory]
    [InlineData("Plain.", "Plain.")]
    [InlineData("\n   Over\n   lines.\n", "Over lines.")]
    [InlineData("""See <see cref="P:A.B.Cde"/>.""", "See Cde.")]
    [InlineData("""See <see cref="M:A.B.Run(System.String,A.B{C})"/>.""", "See Run.")]
    [InlineData("""See <see cref="T:A.List`1"/>.""", "See List.")]
    [InlineData("""See <see cref="T:A.B">the other</see>.""", "See the other.")]
    [InlineData("""<see langword="true"/> when <paramref name="x"/> is <c>1</c>.""", "true when x is 1.")]
    [InlineData("""At <see href="https://a/b"/>.""", "At https://a/b.")]
    [InlineData("<para>One.</para><para>Two.</para>", "One. Two.")]
    public void Text_OfASummary_HasNoTags(string summary, string text) =>
        Assert.Equal(text, Summaries.TextOf(XElement.Parse($"<summary>{summary}</summary>", LoadOptions.PreserveWhitespace)));

    [Fact]
    public void Summary_WithoutTheFile_IsNone() => Assert.Null(new Summaries("/nowhere").Of(typeof(PoolSettings)));
}
