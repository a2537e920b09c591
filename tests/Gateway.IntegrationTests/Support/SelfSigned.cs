using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.IntegrationTests.Support;

/// <summary>TLS of backends whose certificate nobody signed but they themselves.</summary>
internal static class SelfSigned
{
    public static X509Certificate2 Certificate { get; } = Make();

    /// <summary>TLS that agrees on one of <paramref name="protocols"/>; without any, on none (ALPN is not answered).</summary>
    public static SslServerAuthenticationOptions Speaking(params List<SslApplicationProtocol> protocols) => new()
    {
        ServerCertificate = Certificate,
        ApplicationProtocols = protocols.Count > 0 ? protocols : null,
    };

    private static X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=backend", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // A key that was just made is not one that TLS takes on every system.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null);
    }
}
