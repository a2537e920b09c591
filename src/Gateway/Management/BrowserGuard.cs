using System.Collections.Frozen;
using System.Net;
using Gateway.Configuration;

namespace Gateway.Management;

/// <summary>
/// Keeps web pages of others away from the page and the API. A browser inside the network reaches the endpoint for
/// any page that it shows: one whose name was made to point here (DNS rebinding) could read everything, and
/// one that cannot read could still hold every place among the listeners. Thread-safe.
/// </summary>
internal sealed class BrowserGuard : IConfigurationListener
{
    private const string CrossSite = "cross-site";

    private static readonly string[] OwnNames = ["localhost", Environment.MachineName, Dns.GetHostName()];

    private volatile FrozenSet<string> _names = NamesWith([]);

    public void Apply(Snapshot snapshot) => _names = NamesWith(snapshot.Get(ManagementSettings.Section)!.Hosts);

    /// <summary>Lets a request through to <paramref name="next"/>, or refuses one that a page of others may have sent.</summary>
    public Task AnswerAsync(HttpContext context, Func<HttpContext, Task> next) => !IsOwn(context.Request.Host.Host)
        ? ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status421MisdirectedRequest, "Misdirected request",
            $"Only a Host that is an address, localhost, this machine's name or one of {ManagementSettings.HostsPath} is answered here.")
        : IsCrossSite(context.Request)
        ? ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status403Forbidden, "Cross-site request",
            "A page of another site asked for this; the management endpoint answers its own page and clients that are no browsers.")
        : next(context);

    // An address cannot be made to point elsewhere.
    private bool IsOwn(string host) => _names.Contains(WithoutDot(host)) || IPAddress.TryParse(host, out _);

    // Browsers tell the site only where the connection is safe from others: https, or localhost. Elsewhere a foreign
    // origin gives away what reads or listens across sites.
    private static bool IsCrossSite(HttpRequest request) => request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site
        ? site.Contains(CrossSite)
        : request.Headers.Origin is { Count: > 0 } origin && !IsOf(request.Host.Host, origin.ToString());

    private static bool IsOf(string host, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && WithoutDot(uri.Host).Equals(WithoutDot(host), StringComparison.OrdinalIgnoreCase);

    private static FrozenSet<string> NamesWith(IReadOnlyList<string> hosts) =>
        OwnNames.Concat(hosts).Select(WithoutDot).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static string WithoutDot(string host) => host.EndsWith('.') ? host[..^1] : host;
}
