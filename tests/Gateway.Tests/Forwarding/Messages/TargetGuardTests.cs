using System.Net;
using Gateway.Forwarding;
using Gateway.Forwarding.Messages;
using Gateway.Tests.Support;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Tests.Forwarding.Messages;

/// <summary>Whatever made a target, nothing but visible ASCII goes past the guard.</summary>
public sealed class TargetGuardTests
{
    public static TheoryData<string> Unsendable => ["", "?a", "/a b", "/a?b c", "/a#b", "/a?b#", "/a\t", "/a?\r\nb", "/a?\0", "/a\u007f", "/caf\u00e9", "/a?\u00ff", "/a?\u0100", "/a?\U0001F600"];

    [Theory]
    [MemberData(nameof(Unsendable))]
    public async Task Target_WithWhatCannotBeSent_StaysHere(string target)
    {
        var reached = new Reached();
        using var client = new HttpMessageInvoker(new TargetGuard(reached));

        await Assert.ThrowsAsync<UnsendableTargetException>(() => SendAsync(client, target));

        Assert.Null(reached.Target);
    }

    [Fact]
    public async Task Target_OfEachVisibleCharacter_GoesOn()
    {
        var target = $"/{new string([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != '#')])}";
        var reached = new Reached();
        using var client = new HttpMessageInvoker(new TargetGuard(reached));

        await SendAsync(client, target);

        Assert.Equal(target, reached.Target);
    }

    [Fact]
    public async Task Asterisk_GoesOn()
    {
        var address = Address("/");
        AsteriskForm.Apply(address);
        var reached = new Reached();
        using var client = new HttpMessageInvoker(new TargetGuard(reached));

        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Options, address), TestContext.Current.CancellationToken);

        Assert.Equal("*", reached.Target);
    }

    [Fact]
    public async Task Client_OfACluster_HasTheGuard()
    {
        using var client = House.Get<UpstreamClientFactory>().CreateClient(new ForwarderHttpClientContext { ClusterId = "a", NewConfig = HttpClientConfig.Empty });

        await Assert.ThrowsAsync<UnsendableTargetException>(() => SendAsync(client, "/a?b c"));
    }

    private static async Task SendAsync(HttpMessageInvoker client, string target)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address(target)), TestContext.Current.CancellationToken);
    }

    private static Uri Address(string target) => new($"http://127.0.0.1:1{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private sealed class Reached : HttpMessageHandler
    {
        public string? Target { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Target = request.RequestUri!.PathAndQuery;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
