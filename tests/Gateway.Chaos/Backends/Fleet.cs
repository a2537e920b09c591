namespace Gateway.Chaos.Backends;

/// <summary>The backends of a cluster, all started. Disposing ends them and deletes their journals.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const int Size = 3;
    private readonly DirectoryInfo _journals = Directory.CreateTempSubdirectory("gateway-chaos-");

    private Fleet(string assembly) => Backends = [.. Enumerable.Range(1, Size)
        .Select(number => new BackendProcess(assembly, $"backend-{number}", Path.Combine(_journals.FullName, $"{number}.journal")))];

    public IReadOnlyList<BackendProcess> Backends { get; }

    public static async Task<Fleet> StartAsync(string assembly)
    {
        var fleet = new Fleet(assembly);
        try
        {
            await Task.WhenAll(fleet.Backends.Select(backend => backend.StartAsync()));
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>How often each request that carried an id was begun by any of them.</summary>
    public IReadOnlyDictionary<string, int> Deliveries() => Backends.SelectMany(backend => backend.Journal)
        .Where(line => line.StartsWith("begun ", StringComparison.Ordinal))
        .CountBy(line => line["begun ".Length..]).ToDictionary();

    public async ValueTask DisposeAsync()
    {
        foreach (var backend in Backends)
            await backend.DisposeAsync();
        _journals.Delete(recursive: true);
    }
}
