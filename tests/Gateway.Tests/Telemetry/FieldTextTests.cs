using System.Text;
using Gateway.Telemetry;

namespace Gateway.Tests.Telemetry;

public class FieldTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("caf\u00C3\u00A9", "café")]
    [InlineData("caf\u00E9", "caf\u00E9")]
    [InlineData("\u00E6\u0097\u00A5", "日")]
    [InlineData("caf\u00C3\u00A9…", "caf\u00C3\u00A9…")]
    public void Decode_OfAFieldsBytes_IsTheirTextWhereTheyAreUtf8(string value, string text) => Assert.Equal(text, FieldText.Decode(value));

    [Theory]
    [InlineData("plain", null, "plain")]
    [InlineData("café", null, "caf\u00C3\u00A9")]
    [InlineData("café", "iso-8859-1", "caf\u00E9")]
    [InlineData("日", null, "\u00E6\u0097\u00A5")]
    public void Encode_OfText_IsOneCharacterForEachByte(string text, string? encoding, string value) =>
        Assert.Equal(value, FieldText.Encode(text, encoding is null ? null : Encoding.GetEncoding(encoding)));

    [Fact]
    public void IsValid_OfEachCharacter_IsWhatAFieldCanHold()
    {
        var valid = Enumerable.Range(0, char.MaxValue + 1).Where(c => FieldText.IsValid($"a{(char)c}b"));

        Assert.Equal(['\t', .. Enumerable.Range(' ', 0x7F - ' '), .. Enumerable.Range(0x80, 0x80)], valid);
    }
}
