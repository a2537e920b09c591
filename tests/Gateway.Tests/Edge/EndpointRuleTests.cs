using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Configuration;
using Gateway.Edge;
using Gateway.Tests.Support;

namespace Gateway.Tests.Edge;

/// <summary>What Kestrel would refuse when it binds an endpoint is a fault before: a save has closed the old endpoint by then.</summary>
public sealed class EndpointRuleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("""  "Url": "http://127.0.0.1:0", "SslProtocols": [ "Tls12" ] """, "Http:SslProtocols", "is for https")]
    [InlineData("""  "Url": "http://127.0.0.1:0", "ClientCertificateMode": "RequireCertificate" """, "Http:ClientCertificateMode", "is for https")]
    [InlineData("""  "Url": "http://127.0.0.1:0", "Protocols": "Http3" """, "Http:Protocols", "is for https")]
    [InlineData("""  "Url": "http://127.0.0.1:0", "Protocols": "Htp1" """, "Http:Protocols", "'Htp1' is not known")]
    [InlineData("""  "Url": "http://127.0.0.1:0", "Protocols": "None" """, "Http:Protocols", "'None' is not known")]
    [InlineData("""  "Url": "http://localhost:0" """, "Http:Url", "asks for any port of two addresses")]
    [InlineData("""  "Url": "http://127.0.0.1:9090/" """, "Management:Url", "is what the endpoint 'Http' listens on")]
    [InlineData("""  "Url": "https://127.0.0.1:0", "Sni": { "a": { "Certificate": { "Path": "nope.pem" } } } """, "Http:Sni:a:Certificate:Path", "is not there")]
    [InlineData("""  "Url": "https://127.0.0.1:0", "Certificate": { "Path": "cert.pem" } """, "Http:Certificate:Path", "cannot be loaded: it has no private key; KeyPath names the file of that")]
    public void Endpoint_ThatCannotBeBound_IsAFault(string endpoint, string path, string told)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "cert.pem"), Certificate());

        var fault = Assert.Single(Check($$""" { "Kestrel": { "Endpoints": { "Http": { {{endpoint}} }, "Management": { "Url": "http://127.0.0.1:9090" } } } } """));

        Assert.Contains(told, fault.ToString(), StringComparison.Ordinal);
        Assert.Equal($"Kestrel:Endpoints:{path}", fault.Path);
    }

    [Fact]
    public void Endpoints_AsUsual_AreNoFault() => Assert.Empty(Check("""
        { "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:8080" }, "Other": { "Url": "http://127.0.0.1:0", "Protocols": "Http2" },
          "Third": { "Url": "http://127.0.0.1:0" }, "Management": { "Url": "http://*:9090" } } } }
        """));

    [Theory]
    [InlineData("a.example,b.example", false)]
    [InlineData("http://a.example", false)]
    [InlineData("a.example/", false)]
    [InlineData("a.*", false)]
    [InlineData("*a.example", false)]
    [InlineData("*.", false)]
    [InlineData(".b.example", false)]
    [InlineData("a.example;*.b.example;127.0.0.1;[::1]", true)]
    [InlineData("*", true)]
    [InlineData("", true)]
    public void AllowedHosts_ThatNoHostIsLike_AreAFault(string hosts, bool valid)
    {
        var faults = new FaultList();

        new AllowedHostsRule().Check(House.Parse($$""" { "AllowedHosts": "{{hosts}}" } """), faults);

        Assert.Equal(valid, !faults.Any);
    }

    private IReadOnlyList<Fault> Check(string json)
    {
        var file = Path.Combine(_folder.FullName, "gateway.json");
        File.WriteAllText(file, json);
        var faults = new FaultList();
        new ListenerRule(new ConfigurationLayers(file, "Production", [])).Check(House.Parse(json), faults);
        return faults.All;
    }

    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return certificate.ExportCertificatePem();
    }
}
