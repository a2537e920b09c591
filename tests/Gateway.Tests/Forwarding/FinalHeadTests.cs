using System.Text;
using Gateway.Forwarding;

namespace Gateway.Tests.Forwarding;

public sealed class FinalHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", true)]
    [InlineData("HTTP/1.1 413", true)]
    [InlineData("HTTP/1.0 503 Busy\r\n\r\n", true)]
    [InlineData("HTTP/1.1 ", false)]
    [InlineData("", false)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", false)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", false)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 ", false)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 401 No\r\n", true)]
    [InlineData("HTTP/1.1 100 Continue\n\nHTTP/1.1 401 No\n", true)]
    public void Head_InOnePieceOrByteByByte_IsFoundBehindInterimOnes(string bytes, bool came)
    {
        var whole = default(FinalHead);
        whole.Follow(Encoding.ASCII.GetBytes(bytes));
        var piecewise = default(FinalHead);
        foreach (var next in Encoding.ASCII.GetBytes(bytes))
            piecewise.Follow([next]);

        Assert.Equal((came, came), (whole.Came, piecewise.Came));
    }
}
