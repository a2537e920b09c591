using System.Net;
using Gateway.Configuration;
using Gateway.Edge;

namespace Gateway.Commands;

/// <summary><c>gateway health</c>: what a container's health check runs where there is no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(ConfigurationLayers layers)
    {
        var faults = new FaultList();
        var configuration = layers.Combine(layers.ReadText(), faults);
        if (configuration is not null)
            new ListenerRule(layers).Check(configuration, faults);
        if (configuration is null || faults.Any)
            throw new InvalidConfigurationException(faults);
        var effective = configuration.AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);
        if (Listeners.ManagementUrl(effective) is not { } url)
            return await FailAsync("no endpoint named Management is configured; it answers /health/ready.");
        return await AskAsync(ReadyAddress(url));
    }

    private static Uri ReadyAddress(string url)
    {
        var address = BindingAddress.Parse(url);
        // Whoever listens on every address listens on this machine's own.
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? IPAddress.Loopback.ToString() : address.Host;
        return new UriBuilder(address.Scheme, host, address.Port, "/health/ready").Uri;
    }

    private static async Task<int> AskAsync(Uri address)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
#pragma warning disable CA5359 // Our own endpoint on our own machine: its certificate is made out to the name that others call it by.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(address);
            var body = await response.Content.ReadAsStringAsync();
            await (response.IsSuccessStatusCode ? Console.Out : Console.Error).WriteLineAsync(body);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return await FailAsync($"nothing answers at {address}: {error.Message}");
        }
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync($"gateway: {message}");
        return 1;
    }
}
