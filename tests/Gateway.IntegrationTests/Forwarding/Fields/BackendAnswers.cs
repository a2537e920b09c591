namespace Gateway.IntegrationTests.Forwarding.Fields;

/// <summary>
/// What backends send, byte for byte, and what the client gets: the status, and where it is refused, 502. A line more is a case more.
/// </summary>
internal static class BackendAnswers
{
    /// <summary>Nothing that HTTP allows (RFC 9110 §15, RFC 9112 §6).</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "GET", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello" },
        { "GET", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n" },
        { "HEAD", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n" },
        { "GET", "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" },
        { "GET", "HTTP/1.1 205 Reset\r\nContent-Length: 5\r\n\r\nhello" },
        { "GET", "HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" },
        { "GET", "HTTP/1.1 205 Reset\r\nConnection: close\r\n\r\nhello" },
        { "GET", "HTTP/1.1 304 Same\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" },
        { "GET", "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" },
        { "GET", "HTTP/1.1 101 Switching\r\n\r\n" },
        { "GET", "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n" },
        { "POST", "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" },
        { "GET", "HTTP/1.1 099 Low\r\nContent-Length: 2\r\n\r\nok" },
        { "GET", "HTTP/1.1 000 None\r\nContent-Length: 2\r\n\r\nok" },
        { "GET", "HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\nok" },
        { "GET", "HTTP/1.1 1000 High\r\nContent-Length: 2\r\n\r\nok" },
        { "GET", "HTTP/1.1 2x0 Odd\r\nContent-Length: 2\r\n\r\nok" },
        { "GET", "HTTP/1.1 -20 Odd\r\nContent-Length: 2\r\n\r\nok" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok" },
        { "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok" },
        { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok" },
        { "GET", "HTTP/1.1 200 OK\r\nX-Own: a\u0001b\r\nContent-Length: 2\r\n\r\nok" },
    };

    /// <summary>Odd, but what HTTP allows, or what every recipient has to bear.</summary>
    public static TheoryData<string, string, int, string> Passed => new()
    {
        { "GET", "HTTP/1.1 204 No\r\n\r\n", 204, "" },
        { "GET", "HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", 204, "" },
        { "GET", "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", 205, "" },
        { "GET", "HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 205, "" },
        { "GET", "HTTP/1.1 205 Reset\r\nConnection: close\r\n\r\n", 205, "" },
        { "GET", "HTTP/1.1 304 Same\r\n\r\n", 304, "" },
        { "GET", "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", 304, "" },
        { "GET", "HTTP/1.1 304 Same\r\nTransfer-Encoding: chunked\r\n\r\n", 304, "" },
        { "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, "" },
        { "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "" },
        { "HEAD", "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", 304, "" },
        { "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok" },
        { "GET", "HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok", 299, "ok" },
        { "GET", "HTTP/1.1 599 Odd\r\nContent-Length: 2\r\n\r\nok", 599, "ok" },
        { "GET", "HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok", 999, "ok" },
        { "GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok" },
        { "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", 200, "until the end" },
    };
}
