using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds values of a cluster that do not go together.</summary>
internal sealed class ClusterValueAdvisor : IConfigurationAdvisor
{
    public IEnumerable<Advice> Advise(Snapshot snapshot) => snapshot.Clusters.SelectMany(static cluster => OfVersion(cluster).Concat(OfCookie(cluster)));

    private static IEnumerable<Advice> OfVersion(ClusterConfig cluster)
    {
        // Without TLS the two sides cannot agree on a version, and the lowest is spoken unless another is insisted on.
        var isAgreed = cluster.HttpRequest?.VersionPolicy is null or HttpVersionPolicy.RequestVersionOrLower;
        if (isAgreed && cluster.HttpRequest?.Version is { Major: > 1 } version && ClusterValueRule.HasAddressInClear(cluster))
        {
            yield return new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:HttpRequest:Version",
                $"HTTP/{version.Major} to an http:// address is spoken only where \"VersionPolicy\" insists on it, so requests go as HTTP/1.1; {(version.Major == 2 ? "\"RequestVersionExact\"" : "https:// addresses")} would fit, or no Version.");
        }
    }

    private static IEnumerable<Advice> OfCookie(ClusterConfig cluster)
    {
        if (cluster.SessionAffinity is { Enabled: true, Cookie: { SameSite: SameSiteMode.None, SecurePolicy: null or CookieSecurePolicy.None } })
            yield return new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:SessionAffinity:Cookie:SameSite",
                "browsers refuse a cookie with SameSite None that is not Secure; \"SecurePolicy\": \"Always\" would fit.");
    }
}
