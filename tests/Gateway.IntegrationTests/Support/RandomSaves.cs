namespace Gateway.IntegrationTests.Support;

/// <summary>
/// Saves of the file and of the environment's, valid ones and faulty ones at random, and what has to
/// be in force after them. The same seed does the same.
/// </summary>
internal sealed class RandomSaves(int seed, SteppedGateway gateway, Func<GatewayConfig> config)
{
    private readonly Random _random = new(seed);
    private int _count;
    private string? _file = "start";
    private string? _layer = "";

    /// <summary>What was done, for whoever has to find out.</summary>
    public List<string> Done { get; } = [];

    /// <summary>What every answer must say now.</summary>
    public string InForce { get; private set; } = "start";

    /// <summary>Whether the files as they are now are valid.</summary>
    public bool Sound => _file is not null && _layer is not null;

    /// <summary>Does one thing to one of the files and has it looked at, sometimes only after the next.</summary>
    public async Task StepAsync()
    {
        if (_random.Next(3) == 0)
            ChangeLayer();
        else
            ChangeFile();
        if (_random.Next(4) == 0)
            return;
        await SettleAsync();
    }

    public async Task SettleAsync()
    {
        await gateway.SettleAsync();
        if (Sound)
            InForce = _layer!.Length > 0 ? _layer : _file!;
        Done.Add("looked at");
    }

    private void ChangeFile()
    {
        var version = $"v{++_count}";
        var valid = config().Says(version);
        Neighbours(valid);
        var (what, text) = _random.Next(3) > 0 ? (version, valid.ToString()) : Spoil(valid);
        _file = what == version ? version : null;
        Write(gateway.File, text);
        Done.Add($"file: {what}");
    }

    private void ChangeLayer()
    {
        var version = $"layer{++_count}";
        var text = Versioned.LayerThatSays(version);
        (var what, _layer) = _random.Next(6) switch
        {
            0 => ("cut", (string?)null),
            1 => ("unknown key", null),
            2 or 3 => ("gone", ""),
            _ => (version, version),
        };
        if (what == "gone")
            File.Delete(gateway.EnvironmentFile);
        else
            Write(gateway.EnvironmentFile, what switch { "cut" => text[..^1], "unknown key" => """{ "Gateway": { "Drian": {} } }""", _ => text });
        Done.Add($"layer: {what}");
    }

    private void Neighbours(GatewayConfig valid)
    {
        for (var i = _random.Next(3); i > 0; i--)
            valid.Route($"n{i}", $"/n{i}", "api").Set($"ReverseProxy:Routes:n{i}:Order", _random.Next(5));
        if (_random.Next(2) == 0)
            valid.Permits(_random.Next(1, 50), _random.Next(5)).Limit("Gateway:RateLimit:Global", _random.Next(1_000_000, 2_000_000));
    }

    private (string What, string? Text) Spoil(GatewayConfig valid) => _random.Next(8) switch
    {
        0 => ("empty", ""),
        1 => ("gone", null),
        2 => ("cut", valid.ToString()[..^_random.Next(1, 100)]),
        3 => ("no such cluster", valid.Set("ReverseProxy:Routes:all:ClusterId", "missing").ToString()),
        4 => ("misspelt key", valid.Set("ReverseProxy:Clusters:api:Destinatons", "x").ToString()),
        5 => ("out of range", valid.Set("ReverseProxy:Clusters:api:Pool:PermitsPerDestination", 0).ToString()),
        6 => ("no section", "{}"),
        _ => ("twin routes", valid.Route("twin", "/{**other}", "api").ToString()),
    };

    // In place and by write-and-rename.
    private void Write(string file, string? text)
    {
        if (text is null)
            File.Delete(file);
        else if (_random.Next(2) == 0)
            File.WriteAllText(file, text);
        else
        {
            File.WriteAllText(file + ".new", text);
            File.Move(file + ".new", file, overwrite: true);
        }
    }
}
