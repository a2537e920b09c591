namespace Gateway.IntegrationTests.Forwarding.Fields;

/// <summary>
/// Values of fields, byte for byte: each character stands for the byte of its number (ISO 8859-1). A line more is a case more,
/// in both directions and over both versions of HTTP.
/// </summary>
internal static class FieldValues
{
    public static TheoryData<string, string> OfRequests => new()
    {
        { "X-Own", "caf\u00C3\u00A9" },             // UTF-8
        { "X-Own", "caf\u00E9" },                   // ISO 8859-1
        { "X-Own", "\u0080\u0081\u00FE\u00FF" },    // neither
        { "X-Own", "a\tb" },
        { "Cookie", "a=\u00E9; b=\u00C3\u00A9" },
        { "User-Agent", "\u00E9 (\u00FF)" },
        { "Referer", "http://x.example/\u00C3\u00A9" },
        { "Authorization", "Basic \u00E9" },
        { "Accept-Language", "\u00E9" },
        { "Content-Type", "text/plain; name=\"\u00C3\u00A9\"" },
        { "Content-Disposition", "form-data; name=\u00E9" },
    };

    public static TheoryData<string, string> OfResponses => new()
    {
        { "X-Own", "caf\u00C3\u00A9" },
        { "X-Own", "\u0080\u0081\u00FE\u00FF" },
        { "X-Own", "a\tb" },
        { "Content-Disposition", "attachment; filename=\"\u00C3\u00A9.txt\"" },
        { "Location", "/caf\u00E9" },
        { "Set-Cookie", "a=\u00E9; Path=/" },
        { "ETag", "\"\u00E9\"" },
        { "Content-Type", "text/plain; name=\u00E9" },
        { "Server", "\u00E9" },
    };

    /// <summary>Bytes that stand in no field (RFC 9110 §5.5); NUL, CR and LF are turned away by the server itself.</summary>
    public static TheoryData<int> Controls => [.. Enumerable.Range(0, 0x20).Where(c => c is not (0 or '\t' or '\r' or '\n')), 0x7F];
}
