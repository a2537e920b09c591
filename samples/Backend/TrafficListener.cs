using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Backend;

/// <summary>The ports for traffic, which can be closed and opened again.</summary>
internal sealed class TrafficListener(BackendState state, HeldPort http, HeldPort? grpc) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private WebApplication? _app;

    public HeldPort Http => http;

    public HeldPort? Grpc => grpc;

    public async Task OpenAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_app is not null)
                return;
            _app = Build();
            await _app.StartAsync(ct);
        }
        catch
        {
            await AbortAsync();
            http.Hold();
            grpc?.Hold();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task CloseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await AbortAsync();
            http.Hold();
            grpc?.Hold();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task DrainAsync(TimeSpan patience)
    {
        await _turn.WaitAsync();
        try
        {
            using var over = new CancellationTokenSource(patience, state.Time);
            if (_app is not null)
                await _app.StopAsync(over.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Nobody comes back to these ports, and somebody else may have them already.
        await AbortAsync();
        http.Dispose();
        grpc?.Dispose();
    }

    private async Task AbortAsync()
    {
        if (_app is null)
            return;
        await KestrelHost.AbortAsync(_app);
        _app = null;
    }

    private WebApplication Build()
    {
        List<(HeldPort, Action<ListenOptions>)> listeners = [(http, listen => Configure(listen, HttpProtocols.Http1))];
        if (grpc is not null)
            listeners.Add((grpc, listen => Configure(listen, HttpProtocols.Http2)));

        var builder = KestrelHost.CreateBuilder(listeners);
        builder.Services.AddSingleton(state);
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.Use(next => new Intake(state, next).InvokeAsync);
        app.UseWebSockets();
        ControlEndpoints.Map(app, state, server: null);
        Endpoints.Map(app);
        return app;
    }

    private void Configure(ListenOptions listen, HttpProtocols protocols)
    {
        listen.Protocols = protocols;
        listen.Use(next => connection => state.Connections.ServeAsync(connection, next));
    }
}
