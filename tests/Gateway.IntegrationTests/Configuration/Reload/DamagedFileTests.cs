using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>A file that is not a configuration changes nothing, whatever happened to it and whatever happens next.</summary>
public sealed class DamagedFileTests
{
    public enum Damage
    {
        Empty,
        Half,
        Garbage,
        HalfAPair,
        JustAByteOrderMark,
        Deleted,
        ADirectory,
        ALinkToNowhere,
        ALinkToItself,
        NoPermission,
    }

    public static TheoryData<Damage> All => [.. Enum.GetValues<Damage>()];

    [Theory]
    [MemberData(nameof(All))]
    public async Task File_DamagedAndMended_ChangesNothingUntilItIsMended(Damage damage)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));

        Apply(damage, gateway.File);
        await gateway.SettleAsync();

        Assert.Equal("one", await gateway.Factory.InForceAsync());
        Assert.Equal((1, false), await gateway.Factory.ReloadsAsync());
        Assert.Single(gateway.Factory.Logs.All, line => line.Contains("Configuration rejected, 1 stays in force: ", StringComparison.Ordinal));

        Remove(gateway.File);
        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Says("two"));

        Assert.Equal("two", await gateway.Factory.InForceAsync());
        Assert.Equal((2, true), await gateway.Factory.ReloadsAsync());
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData(Damage.Half)]
    [InlineData(Damage.Deleted)]
    public async Task File_DamagedAndPutBackAsItWas_IsNoNewVersionAndSound(Damage damage)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address).Says("one");
        await using var gateway = await SteppedGateway.StartAsync(config);
        Apply(damage, gateway.File);
        await gateway.SettleAsync();

        await gateway.SaveAsync(config);

        Assert.Equal((1, true), await gateway.Factory.ReloadsAsync());
        Assert.DoesNotContain(gateway.Factory.Logs.All, line => line.Contains("applied", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Damage.Empty)]
    [InlineData(Damage.Half)]
    [InlineData(Damage.Deleted)]
    [InlineData(Damage.ADirectory)]
    public async Task File_Damaged_StaysWithoutEffectWhenAnotherFileChanges(Damage damage)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        Apply(damage, gateway.File);
        await gateway.SettleAsync();

        await File.WriteAllTextAsync(gateway.EnvironmentFile, Versioned.LayerThatSays("layered"), Bounds.Token);
        await gateway.SettleAsync();
        Assert.Equal("one", await gateway.Factory.InForceAsync());
        File.Delete(gateway.EnvironmentFile);
        await gateway.SettleAsync();

        Assert.Equal("one", await gateway.Factory.InForceAsync());
        Assert.Equal((1, false), await gateway.Factory.ReloadsAsync());
    }

    [Theory]
    [InlineData(Damage.Empty)]
    [InlineData(Damage.Half)]
    [InlineData(Damage.Garbage)]
    public async Task EnvironmentFile_Faulty_KeepsEverySaveOutUntilItIsMended(Damage damage)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        await File.WriteAllTextAsync(gateway.EnvironmentFile, Versioned.LayerThatSays("layered"), Bounds.Token);
        await gateway.SettleAsync();
        Apply(damage, gateway.EnvironmentFile);
        await gateway.SettleAsync();

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Says("two").Route("b", "/b", "api"));

        Assert.Equal("layered", await gateway.Factory.InForceAsync());
        Assert.Equal((2, false), await gateway.Factory.ReloadsAsync());

        await File.WriteAllTextAsync(gateway.EnvironmentFile, Versioned.LayerThatSays("mended"), Bounds.Token);
        await gateway.SettleAsync();
        Assert.Equal("mended", await gateway.Factory.InForceAsync());
        Assert.Equal((3, true), await gateway.Factory.ReloadsAsync());
        Assert.Contains(gateway.Factory.Logs.All, line => line.Contains("Configuration 3 applied: +1 route, ~1 route", StringComparison.Ordinal));
    }

    internal static void Apply(Damage damage, string file)
    {
        var text = File.ReadAllBytes(file);
        if (damage is Damage.Deleted or Damage.ADirectory or Damage.ALinkToNowhere or Damage.ALinkToItself)
            File.Delete(file);
        switch (damage)
        {
            case Damage.Empty: File.WriteAllText(file, ""); break;
            case Damage.Half: File.WriteAllBytes(file, text[..(text.Length / 2)]); break;
            case Damage.Garbage: File.WriteAllBytes(file, [0, 1, 2, 0xFF, 0xFE]); break;
            case Damage.HalfAPair: File.WriteAllText(file, """{ "ReverseProxy": { "Routes": {} }, "x": "\uD83D" }"""); break;
            case Damage.JustAByteOrderMark: File.WriteAllBytes(file, [.. "\uFEFF"u8]); break;
            case Damage.ADirectory: Directory.CreateDirectory(file); break;
            case Damage.ALinkToNowhere: File.CreateSymbolicLink(file, "nowhere.json"); break;
            case Damage.ALinkToItself: File.CreateSymbolicLink(file, Path.GetFileName(file)); break;
            case Damage.NoPermission:
                Assert.SkipWhen(Environment.IsPrivilegedProcess || OperatingSystem.IsWindows(), "Root reads every file; a directory in its place is the same to the gateway.");
#pragma warning disable CA1416 // Skipped on Windows.
                File.SetUnixFileMode(file, UnixFileMode.None);
#pragma warning restore CA1416
                break;
        }
    }

    private static void Remove(string file)
    {
        if (Directory.Exists(file))
            Directory.Delete(file);
        else
            File.Delete(file);
    }
}
