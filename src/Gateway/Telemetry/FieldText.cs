using System.Text;
using System.Text.Unicode;

namespace Gateway.Telemetry;

/// <summary>
/// Values of header fields. On their way each character is one byte (ISO 8859-1), so that what came is what goes, whatever
/// a sender meant by it; what people write and read is UTF-8.
/// </summary>
internal static class FieldText
{
    /// <summary>A text as a field has it.</summary>
    /// <param name="text">What a person wrote, or what an escaped path says.</param>
    /// <param name="encoding">The bytes that stand for it; UTF-8 unless given.</param>
    public static string Encode(string text, Encoding? encoding = null) =>
        Ascii.IsValid(text) ? text : Encoding.Latin1.GetString((encoding ?? Encoding.UTF8).GetBytes(text));

    /// <summary>A field's value for people: the text that its bytes are in UTF-8, or one character a byte where they are none.</summary>
    public static string Decode(string value)
    {
        if (Ascii.IsValid(value) || value.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF'))
            return value;
        var bytes = Encoding.Latin1.GetBytes(value);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : value;
    }

    /// <summary>Whether a field can hold the value (RFC 9110 §5.5): no controls but the tab, and nothing beyond a byte.</summary>
    public static bool IsValid(ReadOnlySpan<char> value)
    {
        if (!value.ContainsAnyExceptInRange(' ', '~'))
            return true;
        foreach (var c in value)
        {
            if (c is < ' ' and not '\t' or '\u007F' or > '\u00FF')
                return false;
        }
        return true;
    }
}
