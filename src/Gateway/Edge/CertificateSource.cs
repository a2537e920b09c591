using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gateway.Edge;

/// <summary>A certificate where the configuration says that it lies: in a file, or in the machine's store. Thread-safe.</summary>
internal sealed class CertificateSource
{
    private readonly string? _file;
    private readonly IConfigurationSection _section;
    private volatile Seen _seen;

    /// <param name="section">Kestrel's section of the certificate.</param>
    /// <param name="folder">The absolute folder that relative paths start from.</param>
    public CertificateSource(IConfigurationSection section, string folder)
    {
        _section = section;
        _file = section["Path"] is { Length: > 0 } path ? Path.Combine(folder, path) : null;
        _seen = Look(null);
    }

    private sealed record Seen(DateTime Written, DateTimeOffset? NotAfter);

    /// <summary>The end of its validity; null when it was never readable.</summary>
    // Kestrel takes up a file that was renewed in its place without any change of the configuration.
    public DateTimeOffset? NotAfter
    {
        get
        {
            var seen = _seen;
            if (WrittenAt() != seen.Written)
                _seen = seen = Look(seen.NotAfter);
            return seen.NotAfter;
        }
    }

    // What cannot be read leaves what was read before, which is what Kestrel goes on showing as well.
    private Seen Look(DateTimeOffset? before)
    {
        var written = WrittenAt();
        try
        {
            using var certificate = Load();
            return new(written, certificate.NotAfter);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            return new(written, before);
        }
    }

    // Of the file itself, where a link leads to it: a Kubernetes secret is renewed by a link that is swapped.
    private DateTime WrittenAt()
    {
        try
        {
            return _file is null ? default : (File.ResolveLinkTarget(_file, returnFinalTarget: true) ?? new FileInfo(_file)).LastWriteTimeUtc;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private X509Certificate2 Load() =>
        _file is null ? FromStore()
        : X509Certificate2.GetCertContentType(_file) == X509ContentType.Pkcs12 ? X509CertificateLoader.LoadPkcs12FromFile(_file, _section["Password"])
        : X509CertificateLoader.LoadCertificateFromFile(_file);

    private X509Certificate2 FromStore() => CertificateLoader.LoadFromStoreCert(
        _section["Subject"] ?? "",
        _section["Store"] is { Length: > 0 } store ? store : nameof(StoreName.My),
        Enum.TryParse<StoreLocation>(_section["Location"], ignoreCase: true, out var location) ? location : StoreLocation.CurrentUser,
        bool.TryParse(_section["AllowInvalid"], out var allowed) && allowed);
}
