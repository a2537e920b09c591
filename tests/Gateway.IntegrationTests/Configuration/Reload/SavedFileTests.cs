using System.Text;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>However a file is saved, its meaning is what counts.</summary>
public sealed class SavedFileTests
{
    [Fact]
    public async Task Save_StillBeingWritten_IsLeftAloneUntilItRests()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        var text = Encoding.UTF8.GetBytes(GatewayConfig.To(backend.Address).Says("two").ToString());

        await using (var file = new FileStream(gateway.File, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            foreach (var piece in text.Chunk(text.Length / 7))
            {
                await gateway.LookAsync();
                await file.WriteAsync(piece, Bounds.Token);
            }
        }
        await gateway.LookAsync();
        Assert.Equal("one", await gateway.Factory.InForceAsync());
        await gateway.LookAsync();

        Assert.Equal("two", await gateway.Factory.InForceAsync());
        Assert.DoesNotContain(gateway.Factory.Logs.All, line => line.Contains("rejected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Save_HalfWrittenForLong_IsRejectedOnceAndAppliedWhenWhole()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        var text = GatewayConfig.To(backend.Address).Says("two").ToString();

        gateway.Write(text[..(text.Length / 2)]);
        for (var looks = 0; looks <= SaveObserver.SurelyDone; looks++)
            await gateway.LookAsync();
        Assert.Equal("one", await gateway.Factory.InForceAsync());
        await File.AppendAllTextAsync(gateway.File, text[(text.Length / 2)..], Bounds.Token);
        await gateway.SettleAsync();

        Assert.Equal("two", await gateway.Factory.InForceAsync());
        Assert.Single(gateway.Factory.Logs.All, line => line.Contains("rejected", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\uFEFF{0}")]
    [InlineData("// Told by hand.\n{0} /* the end */\n\n")]
    [InlineData("{1}")]
    [InlineData("{2}")]
    [InlineData("{3}")]
    public async Task Save_OfTheSameMeaning_IsNoNewVersion(string form)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address).Says("one");
        await using var gateway = await SteppedGateway.StartAsync(config);
        var root = JsonNode.Parse(config.ToString())!.AsObject();
        var indented = root.ToJsonString(new() { WriteIndented = true }).ReplaceLineEndings("\r\n");
        var turned = new JsonObject(root.Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))).ToJsonString();
        var otherCase = config.ToString().Replace("\"ReverseProxy\"", "\"REVERSEPROXY\"", StringComparison.Ordinal).Replace("\"Match\"", "\"match\"", StringComparison.Ordinal);

        await gateway.SaveAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, config, indented, turned, otherCase));

        Assert.Equal((1, true), await gateway.Factory.ReloadsAsync());
        Assert.DoesNotContain(gateway.Factory.Logs.All, line => line.Contains("Configuration ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Touch_MakesNoVersion()
    {
        await using var gateway = await SteppedGateway.StartAsync(new GatewayConfig());

        File.SetLastWriteTimeUtc(gateway.File, DateTime.UnixEpoch);
        await gateway.SettleAsync();
        gateway.Write(await File.ReadAllTextAsync(gateway.File, Bounds.Token), rename: true);
        await gateway.SettleAsync();

        Assert.Equal((1, true), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task EnvironmentFile_AppearingChangingAndGoing_CountsAsTheFileDoes()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        var told = new List<string?>();

        foreach (var layer in (string?[])["\uFEFF" + Versioned.LayerThatSays("two"), Versioned.LayerThatSays("three"), "{}", Versioned.LayerThatSays("four"), null])
        {
            if (layer is null)
                File.Delete(gateway.EnvironmentFile);
            else
                await File.WriteAllTextAsync(gateway.EnvironmentFile, layer, Bounds.Token);
            await gateway.SettleAsync();
            told.Add(await gateway.Factory.InForceAsync());
        }

        Assert.Equal(["two", "three", "one", "four", "one"], told);
        Assert.Equal((6, true), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task Link_SwappedUnderBothFiles_IsOneVersion()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        var folder = Path.GetDirectoryName(gateway.File)!;
        Mount(folder, "..1", GatewayConfig.To(backend.Address).Says("one"), "{}");
        Mount(folder, "..2", GatewayConfig.To(backend.Address).Says("two").Route("b", "/b", "api"), Versioned.LayerThatSays("three"));
        File.CreateSymbolicLink(Path.Combine(folder, "..data"), "..1");
        foreach (var file in (string[])[gateway.File, gateway.EnvironmentFile])
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, $"..data/{Path.GetFileName(file)}");
        }
        await gateway.SettleAsync();
        Assert.Equal((1, true), await gateway.Factory.ReloadsAsync());

        Links.Swap(Path.Combine(folder, "..data"), "..2");
        Directory.Delete(Path.Combine(folder, "..1"), recursive: true);
        await gateway.SettleAsync();

        Assert.Equal("three", await gateway.Factory.InForceAsync());
        Assert.Equal((2, true), await gateway.Factory.ReloadsAsync());

        void Mount(string at, string name, GatewayConfig file, string environmentFile)
        {
            var mounted = Directory.CreateDirectory(Path.Combine(at, name)).FullName;
            File.WriteAllText(Path.Combine(mounted, Path.GetFileName(gateway.File)), file.ToString());
            File.WriteAllText(Path.Combine(mounted, Path.GetFileName(gateway.EnvironmentFile)), environmentFile);
        }
    }
}
