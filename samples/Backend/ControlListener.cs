namespace Backend;

/// <summary>The port that answers <c>/_control</c> whatever happens to the others.</summary>
internal sealed class ControlListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HeldPort _port;

    private ControlListener(WebApplication app, HeldPort port)
    {
        _app = app;
        _port = port;
    }

    public int Port => _port.Port;

    public static async Task<ControlListener> OpenAsync(BackendServer server, BackendState state, HeldPort port, CancellationToken ct)
    {
        var app = KestrelHost.CreateBuilder((port, _ => { })).Build();
        ControlEndpoints.Map(app, state, server);
        var listener = new ControlListener(app, port);
        try
        {
            await app.StartAsync(ct);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KestrelHost.AbortAsync(_app);
        _port.Dispose();
    }
}
