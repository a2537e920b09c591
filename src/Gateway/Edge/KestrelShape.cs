using System.ComponentModel.DataAnnotations;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gateway.Edge;

/// <summary>Kestrel's own section: where the gateway listens. Without it, on port 8080 for traffic and on port 9090 for management.</summary>
internal sealed record KestrelShape
{
    /// <summary>The endpoints by name: the one named Management serves only management, every other one only traffic.</summary>
    public IReadOnlyDictionary<string, KestrelEndpoint>? Endpoints { get; init; }

    /// <summary>What holds for endpoints that do not say it themselves.</summary>
    public KestrelHttps? EndpointDefaults { get; init; }

    /// <summary>Certificates by name; the one named Default serves https endpoints that have none of their own.</summary>
    public IReadOnlyDictionary<string, KestrelCertificate>? Certificates { get; init; }

    /// <summary>What a client may take up.</summary>
    public KestrelLimits? Limits { get; init; }
}

/// <summary>What an endpoint speaks.</summary>
internal record KestrelHttps
{
    /// <summary>The versions of HTTP that are spoken.</summary>
    [EnumDataType(typeof(HttpProtocols))]
    public string? Protocols { get; init; }

    /// <summary>The versions of TLS that are spoken; unless set, those of the operating system.</summary>
    public SslProtocols? SslProtocols { get; init; }

    /// <summary>Whether clients are asked for a certificate.</summary>
    public ClientCertificateMode? ClientCertificateMode { get; init; }
}

/// <summary>What an endpoint, or a name on it, speaks and shows.</summary>
internal record KestrelHost : KestrelHttps
{
    /// <summary>The certificate that is shown.</summary>
    public KestrelCertificate? Certificate { get; init; }
}

/// <summary>An address to listen on.</summary>
internal sealed record KestrelEndpoint : KestrelHost
{
    /// <summary>http:// or https://, a host or *, and a port, such as http://*:8080.</summary>
    [Required]
    public string? Url { get; init; }

    /// <summary>What differs for single names that clients ask for.</summary>
    public IReadOnlyDictionary<string, KestrelHost>? Sni { get; init; }
}

/// <summary>A certificate: from files, or from the machine's store.</summary>
internal sealed record KestrelCertificate
{
    /// <summary>The file: a .pfx, or a .pem or .crt beside which KeyPath names the key.</summary>
    public string? Path { get; init; }

    /// <summary>The file of the key.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The password of the file; better told by an environment variable.</summary>
    public string? Password { get; init; }

    /// <summary>The subject by which the store knows the certificate.</summary>
    public string? Subject { get; init; }

    /// <summary>The store, such as My.</summary>
    public string? Store { get; init; }

    /// <summary>Whose store: CurrentUser or LocalMachine.</summary>
    public string? Location { get; init; }

    /// <summary>Whether a certificate of the store is taken that is not valid.</summary>
    public bool? AllowInvalid { get; init; }
}

/// <summary>What a client may take up.</summary>
internal sealed record KestrelLimits
{
    /// <summary>The open connections.</summary>
    public long? MaxConcurrentConnections { get; init; }

    /// <summary>The open connections that became something else, such as WebSockets.</summary>
    public long? MaxConcurrentUpgradedConnections { get; init; }

    /// <summary>The bytes of a request's body; none unless set. A route's MaxRequestBodySize overrides it.</summary>
    public long? MaxRequestBodySize { get; init; }

    /// <summary>The bytes of a request's first line.</summary>
    public int? MaxRequestLineSize { get; init; }

    /// <summary>The bytes of a request's headers.</summary>
    public int? MaxRequestHeadersTotalSize { get; init; }

    /// <summary>The headers of a request.</summary>
    public int? MaxRequestHeaderCount { get; init; }

    /// <summary>The time after which an idle connection is closed.</summary>
    public TimeSpan? KeepAliveTimeout { get; init; }

    /// <summary>The time that a request's headers may take.</summary>
    public TimeSpan? RequestHeadersTimeout { get; init; }

    /// <summary>The rate that a request's body must have, over the last seconds; over HTTP/2 one that is slower ends its connection. None unless set: Gateway:Bounds has a milder one.</summary>
    public KestrelDataRate? MinRequestBodyDataRate { get; init; }

    /// <summary>The rate at which a client must take a response, or its connection is ended; null: none. Unless set, 240 bytes a second after 5 s.</summary>
    public KestrelDataRate? MinResponseDataRate { get; init; }
}

/// <summary>A rate of bytes.</summary>
internal sealed record KestrelDataRate
{
    /// <summary>The bytes a second, above 0.</summary>
    [Required]
    public double? BytesPerSecond { get; init; }

    /// <summary>The time before the rate holds, above 00:00:01; 00:00:05 unless set.</summary>
    public TimeSpan? GracePeriod { get; init; }
}
