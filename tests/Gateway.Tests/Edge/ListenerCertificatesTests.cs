using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Configuration;
using Gateway.Edge;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Gateway.Tests.Edge;

public sealed class ListenerCertificatesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-certificates-");
    private readonly ListenerCertificates _certificates;

    public ListenerCertificatesTests() => _certificates = new(new HostingEnvironment { ContentRootPath = _folder.FullName });

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Endpoint_WithACertificateOfItsOwn_HasThatOneInPlaceOfTheDefault()
    {
        Pem("own", 2101);
        Pem("default", 2102);

        Apply("""
            "Certificates": { "Default": { "Path": "default.pem" } },
            "Endpoints": { "Own": { "Url": "https://127.0.0.1:0", "Certificate": { "Path": "own.pem" } },
                           "Other": { "Url": "https://127.0.0.1:0" },
                           "Plain": { "Url": "http://127.0.0.1:0" } }
            """);

        Assert.Equal([("Other", 2102), ("Own", 2101)], Years());
    }

    [Fact]
    public void Endpoint_WithNames_HasTheFirstThatExpiresOfThoseItShows()
    {
        Pem("late", 2105);
        Pem("early", 2103);
        Pem("unused", 2101);

        Apply("""
            "Endpoints": { "Named": { "Url": "https://127.0.0.1:0", "Certificate": { "Path": "unused.pem" },
                           "Sni": { "a.example": { "Certificate": { "Path": "late.pem" } }, "b.example": { "Certificate": { "Path": "early.pem" } } } } }
            """);

        Assert.Equal([("Named", 2103)], Years());
    }

    [Fact]
    public void File_RenewedBehindALink_IsReadAgain()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "one"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "two"));
        Pem("one/tls", 2101);
        Pem("two/tls", 2102);
        File.SetLastWriteTimeUtc(Path.Combine(_folder.FullName, "one/tls.pem"), DateTime.UnixEpoch);
        var data = Path.Combine(_folder.FullName, "..data");
        Directory.CreateSymbolicLink(data, "one");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "tls.pem"), "..data/tls.pem");
        Apply(""" "Endpoints": { "Linked": { "Url": "https://127.0.0.1:0", "Certificate": { "Path": "tls.pem" } } } """);

        Assert.Equal([("Linked", 2101)], Years());
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "two");

        Assert.Equal([("Linked", 2102)], Years());
    }

    [Fact]
    public void File_ThatBecomesUnreadable_LeavesWhatWasRead()
    {
        var file = Pem("tls", 2101);
        Apply(""" "Endpoints": { "Broken": { "Url": "https://127.0.0.1:0", "Certificate": { "Path": "tls.pem" } } } """);

        File.WriteAllText(file, "half a cert");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.Equal([("Broken", 2101)], Years());
        File.Delete(file);
        Assert.Equal([("Broken", 2101)], Years());
    }

    [Fact]
    public void File_ThatWasNeverReadable_IsLeftOut()
    {
        Apply(""" "Endpoints": { "Missing": { "Url": "https://127.0.0.1:0", "Certificate": { "Path": "nowhere.pem" } } } """);

        Assert.Empty(Years());
    }

    private void Apply(string kestrel) => _certificates.Apply(new Snapshot
    {
        Version = 1,
        Routes = [],
        Clusters = [],
        Effective = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Kestrel": { {{kestrel}} } }""")))
            .Build().AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase),
    });

    private IEnumerable<(string, int)> Years() => _certificates.Expiries.Select(expiry => (expiry.Endpoint, expiry.At.UtcDateTime.Year)).Order();

    private string Pem(string name, int year)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Path.GetFileName(name)}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(year, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var path = Path.Combine(_folder.FullName, $"{name}.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }
}
