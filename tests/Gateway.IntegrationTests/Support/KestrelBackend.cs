using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Support;

/// <summary>A backend that speaks whole protocols, where a script would have to write frames.</summary>
internal sealed class KestrelBackend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KestrelBackend(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <param name="protocols">What it speaks; HTTP/2 alone where it has no TLS to agree on it.</param>
    /// <param name="encrypted">Whether with TLS, and the certificate of <see cref="SelfSigned"/>.</param>
    /// <param name="answer">Answers every request.</param>
    /// <param name="streams">The requests that it takes at once on a connection of HTTP/2.</param>
    public static async Task<KestrelBackend> StartAsync(HttpProtocols protocols, bool encrypted, RequestDelegate answer, int streams = 100)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            // Each byte of a field is one character: tests compare what came with what was sent.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.Limits.Http2.MaxStreamsPerConnection = streams;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (encrypted)
                    listen.UseHttps(SelfSigned.Certificate);
            });
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync(Bounds.Token);
        return new KestrelBackend(app);
    }

    /// <summary>Answers with the request's own body.</summary>
    public static Task EchoBody(HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
