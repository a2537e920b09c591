using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Backend;

/// <summary>Web applications that read no configuration, write no logs and leave signals to the program.</summary>
internal static class KestrelHost
{
    private static readonly CancellationToken AtOnce = new(canceled: true);

    public static WebApplicationBuilder CreateBuilder(params IReadOnlyList<(HeldPort Port, Action<ListenOptions> Configure)> listeners)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, UntilStopped>();
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket =
            endPoint => listeners.First(listener => listener.Port.EndPoint.Equals(endPoint)).Port.Take());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A test may read or send as slowly and as much as it likes; whoever keeps a body bounds it.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (var (port, configure) in listeners)
                kestrel.Listen(port.EndPoint, configure);
        });
        return builder;
    }

    /// <summary>Stops without waiting for anything in flight.</summary>
    public static async Task AbortAsync(WebApplication app)
    {
        await app.StopAsync(AtOnce);
        await app.DisposeAsync();
    }

    private sealed class UntilStopped : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
