using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Refusals;

/// <summary>Every row of the table of refusals, as GET, HEAD and gRPC.</summary>
public partial class RefusalTableTests
{
    public static TheoryData<string> Situations => [.. ExpectedRefusal.Of.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Get_Refused_IsToldAsProblemDetails(string name)
    {
        await using var situation = await Situation.CreateAsync(name);
        var expected = ExpectedRefusal.Of[name];

        using var response = await situation.Gateway.GetAsync(situation.Path);

        Assert.Equal(expected.Status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Header("Content-Type"));
        AssertHeaders(expected, response);
        var body = await response.TextAsync();
        AssertNothingLeaks(response, body);
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal(
            expected.Scope is null ? ["type", "title", "status", "detail", "gate", "traceId"] : ["type", "title", "status", "detail", "gate", "scope", "traceId"],
            problem.EnumerateObject().Select(property => property.Name));
        Assert.Equal(expected.Title, problem.GetProperty("title").GetString());
        Assert.Equal(expected.Status, problem.GetProperty("status").GetInt32());
        Assert.Equal(expected.Gate, problem.GetProperty("gate").GetString());
        Assert.NotEmpty(problem.GetProperty("type").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Matches(TraceId(), problem.GetProperty("traceId").GetString());
        if (expected.Scope is not null)
            Assert.Equal(expected.Scope, problem.GetProperty("scope").GetString());
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Head_Refused_HasTheHeadersOfGetAndNoBody(string name)
    {
        await using var situation = await Situation.CreateAsync(name);
        var expected = ExpectedRefusal.Of[name];
        using var client = await RawClient.ConnectAsync(situation.Gateway.Traffic);

        await client.SendAsync($"HEAD {situation.Path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        var response = await client.ReadResponseAsync(toHead: true);
        Assert.Equal(expected.Status, response.Status);
        Assert.Equal("application/problem+json", response["Content-Type"]);
        Assert.Equal($"gateway; error={expected.ProxyStatusError}", response["Proxy-Status"]);
        Assert.Equal(expected.RetryAfter, response["Retry-After"]);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Grpc_Refused_IsToldByTrailersOnly(string name)
    {
        await using var situation = await Situation.CreateAsync(name);
        var expected = ExpectedRefusal.Of[name];
        using var request = new HttpRequestMessage(HttpMethod.Post, situation.Path)
        {
            Version = new(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };

        using var response = await situation.Gateway.CreateHttp2Client().SendAsync(request, Bounds.Token);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.StartsWith("application/grpc", response.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal($"{expected.GrpcStatus}", response.Header("grpc-status"));
        Assert.StartsWith(expected.Title, response.Header("grpc-message"), StringComparison.Ordinal);
        AssertHeaders(expected, response);
        AssertNothingLeaks(response, await response.TextAsync());
        Assert.Equal("", await response.TextAsync());
        Assert.Empty(response.TrailingHeaders);
    }

    private static void AssertHeaders(ExpectedRefusal expected, HttpResponseMessage response)
    {
        Assert.Equal($"gateway; error={expected.ProxyStatusError}", response.Header("Proxy-Status"));
        Assert.Equal(expected.RetryAfter, response.Header("Retry-After"));
        // One token in an hour: the bucket of one fills in 3600 s.
        Assert.Equal(expected.Scope is { } scope ? $"\"{scope}\";q=1;w=3600" : null, response.Header("RateLimit-Policy"));
        Assert.Equal(expected.Scope is not null ? $"\"{expected.Scope}\";r=0;t=3600" : null, response.Header("RateLimit"));
    }

    private static void AssertNothingLeaks(HttpResponseMessage response, string body)
    {
        var all = $"{response.Headers} {response.Content.Headers} {body}";
        Assert.DoesNotContain("127.0.0.1", all, StringComparison.Ordinal);
        Assert.DoesNotContain("d1", JsonTraceId().Replace(all, ""), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", all, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", all, StringComparison.Ordinal);
        Assert.DoesNotContain("web server", all, StringComparison.Ordinal);
    }

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex TraceId();

    [GeneratedRegex("\"traceId\":\"[^\"]*\"")]
    private static partial Regex JsonTraceId();
}
