using System.Text;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>When a request is tried again, and where.</summary>
public class RetryTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task RefusedConnection_AnyMethod_IsTriedOnAnotherDestination(string method)
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address, serving.Address));

        using var response = await SendAsync(gateway, method, method == "POST" ? "all of the body" : null);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(method == "POST" ? "all of the body" : "", await response.TextAsync());
        Assert.Equal(1, serving.Requests);
        Assert.Equal(2, (await gateway.AccessLog.OfAsync("/x")).GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task RequestThatATransformMadeAPost_IsDeliveredOnce()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.AnswerAsync();
            // Read, and closed without an answer: whether it was done, nobody can know.
            await connection.ReadRequestAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Transforms:0:HttpMethodChange", "PUT").Set("ReverseProxy:Routes:all:Transforms:0:Set", "POST"));
        (await gateway.Client.SendAsync(HttpMethod.Put, "/first")).Dispose();

        using var response = await gateway.Client.SendAsync(HttpMethod.Put, "/second");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("POST /second HTTP/1.1", Assert.Single(backend.Received, request => request.Target == "/second").StartLine);
    }

    [Fact]
    public async Task FailedAttempt_ThatAnotherMakesGood_IsLoggedInOneSentence()
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address, serving.Address));

        using var response = await SendAsync(gateway, "GET");

        Assert.Equal(200, (int)response.StatusCode);
        var line = Assert.Single(gateway.Logs.All, line => line.Contains("failed", StringComparison.Ordinal));
        Assert.StartsWith("Warning Attempt 1 of a GET request on route all to destination d1 of cluster api failed, connection_refused: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectTimeout_Post_IsTriedOnAnotherDestination()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, serving.Address).Set($"{GatewayConfig.Cluster}:Timeouts:Connect", "00:00:00.150"));

        using var response = await SendAsync(gateway, "POST", "body");

        Assert.Equal("body", await response.TextAsync());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    [InlineData("TRACE")]
    public async Task ClosedBeforeAByte_IdempotentMethod_IsTriedOnAnotherDestinationOnce(string method)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(ServeEmpty);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));

        using var response = await SendAsync(gateway, method);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal((1, 1), (closing.Requests, serving.Requests));
    }

    [Fact]
    public async Task RetriedRequest_HoldsThePermitOfItsLastDestinationOnly()
    {
        var release = new SyncPoint();
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));

        var asked = gateway.GetAsync("/x");
        await release.WaitForArrivalsAsync(1);

        Assert.Equal((0, 1), (gateway.PermitsInUse("d1"), gateway.PermitsInUse("d2")));
        release.Open();
        Assert.Equal(200, (int)(await asked).StatusCode);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse("d2"));
    }

    [Fact]
    public async Task ResetBeforeAByte_Get_IsTriedOnAnotherDestination()
    {
        await using var resetting = ScriptedBackend.Start(Scripts.ResetUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(resetting.Address, serving.Address));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        Assert.Equal((1, 1), (resetting.Requests, serving.Requests));
    }

    [Theory]
    [InlineData("POST", null)]
    [InlineData("POST", "a body")]
    [InlineData("PATCH", "a body")]
    public async Task ClosedBeforeAByte_MethodThatIsNotIdempotent_IsNotTriedAgain(string method, string? body)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));

        using var response = await SendAsync(gateway, method, body);

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal((1, 1, 0), (closing.Requests, closing.Connections, serving.Requests));
    }

    [Fact]
    public async Task PutWithABody_ClosedBeforeAByte_IsSentWholeOrNotAgain()
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(EchoBody);
        await using var gateway = await StartAsync(GatewayConfig.To(closing.Address, serving.Address));

        using var response = await SendAsync(gateway, "PUT", "all of it");

        // Whether a body is kept for another attempt is free; half a one must never arrive.
        Assert.True((int)response.StatusCode == 502 || await response.TextAsync() == "all of it");
        Assert.Equal(1, closing.Requests);
    }

    [Fact]
    public async Task HeadersNotInTime_Get_IsTriedOnAnotherDestination()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, serving.Address).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:00.200"));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        Assert.Equal((1, 1), (silent.Requests, serving.Requests));
    }

    [Fact]
    public async Task HeadersNotInTime_Post_IsNotTriedAgain()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, serving.Address).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:00.200"));

        using var response = await SendAsync(gateway, "POST", "body");

        Assert.Equal(504, (int)response.StatusCode);
        Assert.Equal((1, 0), (silent.Requests, serving.Requests));
    }

    [Theory]
    [InlineData("H")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    public async Task Connection_LostAfterAByteOfTheResponse_IsNotTriedAgain(string sent)
    {
        await using var breaking = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(sent);
        });
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(breaking.Address, serving.Address));

        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await client.WaitForCloseAsync();

        Assert.Equal((1, 0), (breaking.Requests, serving.Requests));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task ErrorStatus_OfABackend_IsPassedOnAndNotTriedAgain(int status)
    {
        await using var failing = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.AnswerAsync("mine", status);
        });
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal((status, "mine"), ((int)response.StatusCode, await response.TextAsync()));
        Assert.Null(response.Header("Proxy-Status"));
        Assert.Equal(0, serving.Requests);
    }

    [Fact]
    public async Task LastFailure_NoDestinationLeft_IsTold()
    {
        using var refusing = new RefusingPort();
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address, closing.Address));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Contains("Backend closed the connection", await response.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, closing.Connections);
    }

    [Fact]
    public async Task Retries_Disabled_LeaveItAtOneAttempt()
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address, serving.Address).WithoutRetries());

        using var response = await gateway.GetAsync("/x");

        Assert.Equal((502, 0), ((int)response.StatusCode, serving.Connections));
    }

    private static async Task EchoBody(ScriptedConnection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
            await connection.AnswerAsync(request.Text);
    }

    private static async Task ServeEmpty(ScriptedConnection connection)
    {
        while (await connection.ReadRequestAsync() is not null)
            await connection.AnswerAsync("");
    }

    private static Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config.InOrder().WithoutBreaker());

    private static Task<HttpResponseMessage> SendAsync(GatewayFactory gateway, string method, string? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "/x");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8);
        return gateway.Client.SendAsync(request, Bounds.Token);
    }
}
