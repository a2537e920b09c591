using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>The endpoints that are listened on follow the file as far as Kestrel can change live.</summary>
public sealed class ListenerReloadTests
{
    private const string Extra = "Kestrel:Endpoints:Extra";

    [Fact]
    public async Task Endpoint_Added_ListensAndTakesNoConnectionAway()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address));
        using var kept = await RawClient.ConnectAsync(gateway.Factory.Traffic);
        Assert.Equal(200, await AskAsync(kept));
        var port = ListenerPorts.Free();

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Set($"{Extra}:Url", $"http://127.0.0.1:{port}"));

        await Eventually.TrueAsync(() => ListenerPorts.ListensAsync(port), "the new endpoint listens");
        using var added = await RawClient.ConnectAsync(new Uri($"http://127.0.0.1:{port}"));
        Assert.Equal((200, 200), (await AskAsync(added), await AskAsync(kept)));
        Assert.Contains(gateway.Factory.Logs.All, line => line.Contains("Configuration 2 applied: ~listeners", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoint_Removed_ListensNoMoreAndItsRequestEndsWell()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        var port = ListenerPorts.Free();
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Set($"{Extra}:Url", $"http://127.0.0.1:{port}"));
        using var client = await RawClient.ConnectAsync(new Uri($"http://127.0.0.1:{port}"));
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        await release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(GatewayConfig.To(backend.Address));
        await Eventually.TrueAsync(async () => !await ListenerPorts.ListensAsync(port), "the endpoint is closed");
        release.Open();

        var response = await client.ReadResponseAsync();
        Assert.Equal((200, "ok"), (response.Status, response.Text));
    }

    [Fact]
    public async Task Endpoint_WithAnotherPort_ListensThereAndNoMoreHere()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var (before, after) = (ListenerPorts.Free(), ListenerPorts.Free());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Set($"{Extra}:Url", $"http://127.0.0.1:{before}"));
        Assert.True(await ListenerPorts.ListensAsync(before));

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Set($"{Extra}:Url", $"http://127.0.0.1:{after}"));

        await Eventually.TrueAsync(() => ListenerPorts.ListensAsync(after), "the new port is listened on");
        Assert.False(await ListenerPorts.ListensAsync(before));
        using var client = await RawClient.ConnectAsync(new Uri($"http://127.0.0.1:{after}"));
        Assert.Equal(200, await AskAsync(client));
    }

    [Fact]
    public async Task Certificate_ReplacedUnderItsName_IsServed()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var folder = new CertificateFolder();
        folder.Write("one");
        var port = ListenerPorts.Free();
        GatewayConfig Config() => GatewayConfig.To(backend.Address).Set($"{Extra}:Url", $"https://127.0.0.1:{port}").Set($"{Extra}:Certificate:Path", folder.File);
        await using var gateway = await SteppedGateway.StartAsync(Config());
        Assert.Equal("CN=one", await ServedAsync(port));

        folder.Write("two");

        await Eventually.TrueAsync(async () => await ServedAsync(port) == "CN=two", "the new certificate is served");
    }

    [Fact]
    public async Task Certificate_WithAnotherName_IsServedAfterTheSave()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var one = new CertificateFolder();
        using var two = new CertificateFolder();
        one.Write("one");
        two.Write("two");
        var port = ListenerPorts.Free();
        GatewayConfig Config(string file) => GatewayConfig.To(backend.Address).Set($"{Extra}:Url", $"https://127.0.0.1:{port}").Set($"{Extra}:Certificate:Path", file);
        await using var gateway = await SteppedGateway.StartAsync(Config(one.File));
        Assert.Equal("CN=one", await ServedAsync(port));

        await gateway.SaveAsync(Config(two.File));

        await Eventually.TrueAsync(async () => await ServedAsync(port) == "CN=two", "the new certificate is served");
    }

    private static async Task<int> AskAsync(RawClient client)
    {
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        return (await client.ReadResponseAsync()).Status;
    }

    /// <summary>The subject of the certificate that a port serves; null while it does not.</summary>
    private static async Task<string?> ServedAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(System.Net.IPAddress.Loopback, port, Bounds.Token);
            string? subject = null;
            await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => (subject = certificate?.Subject) is not null);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x" }, Bounds.Token);
            return subject;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return null;
        }
    }

    private sealed class CertificateFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-test-");

        public string File => Path.Combine(_folder.FullName, "server.pfx");

        public void Write(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            System.IO.File.WriteAllBytes(File + ".new", certificate.Export(X509ContentType.Pfx));
            System.IO.File.Move(File + ".new", File, overwrite: true);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
