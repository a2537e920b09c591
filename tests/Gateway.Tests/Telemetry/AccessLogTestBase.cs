using System.Buffers;
using System.Net;
using System.Text;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

/// <summary>An access log whose output is kept, and exchanges for it.</summary>
public abstract class AccessLogTestBase : IDisposable
{
    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private protected TestMeters Metering { get; } = new();
    private protected Output Written { get; } = new();
    private protected AccessLog Log { get; }

    protected AccessLogTestBase() => Log = new AccessLog(Written, Time, Metering, new RecordingLogger<AccessLog>());

    public void Dispose()
    {
        Log.Dispose();
        Metering.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The settings below <c>Gateway:AccessLog</c>, as JSON.</summary>
    private protected static Gateway.Configuration.Snapshot Configured(string accessLog) =>
        House.Read($$"""{ "Gateway": { "AccessLog": { {{accessLog}} } }, "ReverseProxy": { "Routes": {} } }""");

    private protected Task<string[]> Lines(params Exchange[] exchanges) => LinesAs("", exchanges);

    private protected async Task<string[]> LinesAs(string settings, params Exchange[] exchanges)
    {
        Log.Apply(Configured(settings));
        foreach (var exchange in exchanges)
            Log.Ended(exchange);
        await Log.StartAsync(TestContext.Current.CancellationToken);
        await Log.StopAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(Written.Bytes.WrittenSpan).Split('\n')[..^1];
    }

    private protected DefaultHttpContext Request(string method, string path, string host, string? traceparent = null)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path, context.Request.Headers.Host) = (method, path, host);
        context.Request.Protocol = "HTTP/1.1";
        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:10.0.0.7");
        return context.WithExchange(Time.GetTimestamp(), traceparent);
    }

    private protected sealed class Output : StandardOutput
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public override void Write(ReadOnlySpan<byte> lines) => Bytes.Write(lines);
    }
}
