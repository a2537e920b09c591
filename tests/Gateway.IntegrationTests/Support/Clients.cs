using System.Net;
using System.Text;

namespace Gateway.IntegrationTests.Support;

/// <summary>HTTP clients that add nothing of their own to what a test sends.</summary>
internal static class Clients
{
    public static HttpClient Create(Uri address) => new(Handler(), disposeHandler: true) { BaseAddress = address, Timeout = Bounds.Patience };

    public static HttpClient CreateHttp2(Uri address) => new(Handler(), disposeHandler: true)
    {
        BaseAddress = address,
        Timeout = Bounds.Patience,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        // A character is a byte of a field, in both directions.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    };

    /// <summary>Sends a request and returns at its response's headers.</summary>
    public static Task<HttpResponseMessage> SendAsync(this HttpClient client, HttpMethod method, string path, params IReadOnlyList<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(method, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Bounds.Token);
    }

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    public static Task<string> TextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync(Bounds.Token);
}
