using Gateway.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Support;

/// <summary>A gateway whose files are looked at when the test says so: reloads without waiting, by the real watcher.</summary>
internal sealed class SteppedGateway : IAsyncDisposable
{
    private readonly WatcherClock _clock;
    private int _saves;

    private SteppedGateway(GatewayFactory factory, WatcherClock clock) => (Factory, _clock) = (factory, clock);

    public GatewayFactory Factory { get; }

    public ConfigurationStore Store => Factory.Services.GetRequiredService<ConfigurationStore>();

    public string File => Factory.ConfigFile;

    /// <summary><c>appsettings.{Environment}.json</c>, which is not there at first.</summary>
    public string EnvironmentFile => Factory.Services.GetRequiredService<ConfigurationLayers>().EnvironmentFile;

    public long Version => Store.Current.Version;

    public static async Task<SteppedGateway> StartAsync(GatewayConfig config, Action<IServiceCollection>? services = null)
    {
        var clock = new WatcherClock();
        var factory = await GatewayFactory.StartAsync(config, all =>
        {
            clock.Use(all);
            services?.Invoke(all);
        });
        try
        {
            await clock.WaitingAsync();
            return new(factory, clock);
        }
        catch
        {
            await factory.DisposeAsync();
            throw;
        }
    }

    /// <summary>One look at the files.</summary>
    public Task LookAsync() => _clock.LookAsync();

    /// <summary>Looks until files that are left alone are taken up.</summary>
    public Task SettleAsync() => _clock.SettleAsync();

    /// <summary>Saves the file, in place and by write-and-rename in turn, and has it taken up.</summary>
    public Task SaveAsync(object text)
    {
        Write(text, rename: _saves++ % 2 == 1);
        return SettleAsync();
    }

    /// <summary>Saves the file and leaves it to the next looks.</summary>
    public void Write(object text, bool rename = false)
    {
        var written = rename ? File + ".new" : File;
        System.IO.File.WriteAllText(written, text.ToString());
        if (rename)
            System.IO.File.Move(written, File, overwrite: true);
    }

    public ValueTask DisposeAsync() => Factory.DisposeAsync();
}
