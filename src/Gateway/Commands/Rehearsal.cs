using System.Net;
using System.Text;
using Gateway.Edge;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Gateway.Commands;

/// <summary>Sends one request through the whole gateway as it would run: Kestrel's own parser and limits, then the pipeline. No socket is opened.</summary>
internal static class Rehearsal
{
    /// <summary>Sends the request and hands its context to <paramref name="pipeline"/>.</summary>
    /// <returns>The status line of the server's own answer when the pipeline never saw the request; null when it did.</returns>
    public static async Task<string?> RunAsync(WebApplication app, ExplainedRequest request, RequestDelegate pipeline)
    {
        var services = app.Services;
        await using var transport = new InMemoryTransport(request.Client, request.Encrypted);
        using var server = new KestrelServer(Options.Create(OwnOptions(services)), transport, services.GetRequiredService<ILoggerFactory>());
        var application = new Application(pipeline, services.GetRequiredService<IHttpContextFactory>());
        await server.StartAsync(application, CancellationToken.None);
        await transport.SendAsync(Encoding.UTF8.GetBytes(request.ToMessage()));
        var answered = transport.ReadAsync();
        await Task.WhenAny(application.Processed, answered);
        // What the pipeline begins to answer comes before its end.
        var refused = application.Began ? null : StatusLine(await answered);
        if (refused is null)
            await application.Processed;
        await transport.CloseAsync();
        await server.StopAsync(CancellationToken.None);
        return refused;
    }

    // The limits are those of the configuration, the endpoints are not: nothing is to listen.
    private static KestrelServerOptions OwnOptions(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        options.ConfigurationLoader = null;
        options.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        return options;
    }

    private static string StatusLine(byte[] answer)
    {
        var text = Encoding.Latin1.GetString(answer);
        var line = text.Split('\r')[0];
        return line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? line["HTTP/1.1 ".Length..] : "400 Bad Request";
    }

    private sealed class Application(RequestDelegate pipeline, IHttpContextFactory contexts) : IHttpApplication<HttpContext>
    {
        private readonly TaskCompletionSource _processed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _began;

        public bool Began => _began;

        public Task Processed => _processed.Task;

        public HttpContext CreateContext(IFeatureCollection contextFeatures) => contexts.Create(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            _began = true;
            try
            {
                await pipeline(context);
                _processed.TrySetResult();
            }
            catch (Exception error)
            {
                _processed.TrySetException(error);
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception) => contexts.Dispose(context);
    }
}
