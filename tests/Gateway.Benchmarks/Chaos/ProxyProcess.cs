using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Reload;
using Gateway.Chaos;
using Gateway.Chaos.Backends;
using Gateway.Chaos.Scenarios;

namespace Gateway.Benchmarks.Chaos;

/// <summary>A proxy as a process before a fleet, ready to serve. Disposing ends it.</summary>
internal sealed class ProxyProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-chaos-proxy-");
    private readonly Process _process;

    private ProxyProcess(ChaosPlan plan, string name, Fleet fleet)
    {
        var arguments = name switch
        {
            "gateway" => ["dotnet", plan.Gateway, "run", "--config", Write("gateway.json", GatewayConfig(fleet))],
            "nginx" => ["nginx", "-e", "stderr", "-p", _folder.FullName, "-c", Write("nginx.conf", Fill(plan, "nginx.conf", fleet))],
            "haproxy" => (string[])["haproxy", "-db", "-f", Write("haproxy.cfg", Fill(plan, "haproxy.cfg", fleet))],
            _ => throw new ArgumentException($"{name} is no proxy that is known; see chaos.sh"),
        };
        // Output that nobody reads would hold up whoever writes it.
        _process = Process.Start(new ProcessStartInfo(arguments[0], arguments[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; } = FreePorts.Next();

    public static async Task<ProxyProcess> StartAsync(ChaosPlan plan, string name, Fleet fleet)
    {
        var proxy = new ProxyProcess(plan, name, fleet);
        try
        {
            await proxy.ReadyAsync(name);
            return proxy;
        }
        catch
        {
            proxy.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ReadyAsync(string name)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience && !_process.HasExited; await Task.Delay(20))
        {
            try
            {
                using var response = await client.GetAsync(LocalBackend.UriOf(Port, "/"));
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
        throw new InvalidOperationException($"{name} does not start.");
    }

    private string GatewayConfig(Fleet fleet) =>
        GatewayConfiguration.For(Port, FreePorts.Next(), fleet, GatewayConfiguration.Quick, Catalog.ResponseTimeout);

    private string Fill(ChaosPlan plan, string file, Fleet fleet)
    {
        var text = File.ReadAllText(Path.Combine(plan.Peers, file))
            .Replace("@PORT@", Text(Port), StringComparison.Ordinal)
            .Replace("@DIR@", _folder.FullName, StringComparison.Ordinal)
            .Replace("@RESPONSE_TIMEOUT@", Text((int)Catalog.ResponseTimeout.TotalSeconds), StringComparison.Ordinal);
        for (var number = 1; number <= fleet.Backends.Count; number++)
            text = text.Replace($"@BACKEND_{number}@", Text(fleet.Backends[number - 1].Port), StringComparison.Ordinal);
        return text;
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
