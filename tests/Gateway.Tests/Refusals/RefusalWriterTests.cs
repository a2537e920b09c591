using System.Text;
using System.Text.Json;
using Gateway.Refusals;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Refusals;

public sealed class RefusalWriterTests
{
    private static readonly Refusal Refusal = new()
    {
        Status = 429,
        Title = "Rate limit exceeded",
        Detail = "100 % \"used\" – ünd\nmore",
        Gate = "rate-limit",
        Scope = "client",
        ProxyStatusError = "http_request_denied",
        GrpcStatus = 8,
        RetryAfter = 3,
        Headers = [new("RateLimit", "\"client\";r=0;t=3")],
    };

    private readonly DefaultHttpContext _context = Requests.New();

    [Fact]
    public async Task Refusal_OfARequest_IsProblemDetails()
    {
        await RefusalWriter.WriteAsync(_context, Refusal);

        Assert.Equal((429, "application/problem+json"), (_context.Response.StatusCode, _context.Response.ContentType));
        Assert.Equal(_context.Response.ContentLength, _context.Response.Body.Length);
        var json = JsonDocument.Parse(Body()).RootElement;
        Assert.Equal(["type", "title", "status", "detail", "gate", "scope", "traceId"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Rate limit exceeded", json.GetProperty("title").GetString());
        Assert.Equal(429, json.GetProperty("status").GetInt32());
        Assert.Equal(Refusal.Detail, json.GetProperty("detail").GetString());
        Assert.Equal("rate-limit", json.GetProperty("gate").GetString());
        Assert.Equal("client", json.GetProperty("scope").GetString());
        Assert.Equal(_context.Exchange().Trace.TraceId, json.GetProperty("traceId").GetString());
        Assert.True(Uri.TryCreate(json.GetProperty("type").GetString(), UriKind.Absolute, out _));
    }

    [Fact]
    public async Task Refusal_OfARequest_CarriesItsHeaders()
    {
        await RefusalWriter.WriteAsync(_context, Refusal);

        AssertHeaders();
    }

    [Fact]
    public async Task Refusal_WithoutScopeOrTime_LeavesThemOut()
    {
        await RefusalWriter.WriteAsync(_context, RequestRefusal.Unexpected);

        Assert.False(_context.Response.Headers.ContainsKey("Retry-After"));
        Assert.False(JsonDocument.Parse(Body()).RootElement.TryGetProperty("scope", out _));
    }

    [Fact]
    public async Task Refusal_OfAHead_HasNoBodyButItsLength()
    {
        _context.Request.Method = "HEAD";

        await RefusalWriter.WriteAsync(_context, Refusal);

        Assert.Empty(Body());
        Assert.Equal((429, "application/problem+json"), (_context.Response.StatusCode, _context.Response.ContentType));
        Assert.True(_context.Response.ContentLength > 100);
        AssertHeaders();
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc-web; charset=utf-8")]
    [InlineData("Application/GRPC")]
    public async Task Refusal_OfAGrpcRequest_IsTrailersOnly(string contentType)
    {
        _context.Request.ContentType = contentType;

        await RefusalWriter.WriteAsync(_context, Refusal);

        var headers = _context.Response.Headers;
        Assert.Equal(200, _context.Response.StatusCode);
        Assert.StartsWith("application/grpc", _context.Response.ContentType, StringComparison.Ordinal);
        Assert.Equal("8", headers["grpc-status"]);
        Assert.Equal("Rate limit exceeded: 100 %25 \"used\" %E2%80%93 %C3%BCnd%0Amore", headers["grpc-message"]);
        Assert.Empty(Body());
        AssertHeaders();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/application/grpc")]
    public async Task Refusal_OfAnyOtherContentType_IsProblemDetails(string? contentType)
    {
        _context.Request.ContentType = contentType;

        await RefusalWriter.WriteAsync(_context, Refusal);

        Assert.Equal("application/problem+json", _context.Response.ContentType);
    }

    [Fact]
    public async Task Refusal_AfterAnAttempt_LeavesNothingOfItsResponse()
    {
        _context.Response.StatusCode = 502;
        _context.Response.Headers["X-Backend"] = "10.0.0.1";

        await RefusalWriter.WriteAsync(_context, Refusal);

        Assert.False(_context.Response.Headers.ContainsKey("X-Backend"));
    }

    [Fact]
    public async Task Refusal_IsKeptForTheLogAndTheMetrics()
    {
        await RefusalWriter.WriteAsync(_context, Refusal);

        Assert.Same(Refusal, _context.Exchange().Refusal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(1001, 2)]
    [InlineData(86_400_000, 86400)]
    public void Seconds_OfATime_AreWholeAndAtLeastOne(int milliseconds, int seconds) =>
        Assert.Equal(seconds, Refusal.WholeSeconds(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Seconds_OfAnEndlessTime_StayANumber() => Assert.Equal(int.MaxValue, Refusal.WholeSeconds(TimeSpan.MaxValue));

    private void AssertHeaders()
    {
        var headers = _context.Response.Headers;
        Assert.Equal("gateway; error=http_request_denied", headers["Proxy-Status"]);
        Assert.Equal("3", headers.RetryAfter);
        Assert.Equal("\"client\";r=0;t=3", headers["RateLimit"]);
        Assert.Equal("no-store", headers.CacheControl);
    }

    private string Body() => Encoding.UTF8.GetString(((MemoryStream)_context.Response.Body).ToArray());
}
