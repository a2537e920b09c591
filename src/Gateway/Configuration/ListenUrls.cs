namespace Gateway.Configuration;

/// <summary>
/// The settings by which every ASP.NET Core program can be told where to listen. They stand in for the
/// traffic endpoints where <c>Kestrel:Endpoints</c> names none.
/// </summary>
internal static class ListenUrls
{
    public const string HttpPorts = "ASPNETCORE_HTTP_PORTS";

    // As ASP.NET Core ranks them: addresses before ports.
    private static readonly string[][] Ranks = [["Urls"], ["ASPNETCORE_URLS"], [HttpPorts, "ASPNETCORE_HTTPS_PORTS"]];

    /// <summary>What says where to listen, in the order of rank; what is empty says nothing.</summary>
    public static IEnumerable<ListenSetting> All(IReadOnlyDictionary<string, string?> effective) => Ranks.SelectMany(rank => Of(rank, effective));

    /// <summary>What would be listened on; empty where nothing says so.</summary>
    public static IReadOnlyList<ListenUrl> InRank(IReadOnlyDictionary<string, string?> effective) =>
        Ranks.Select(rank => Of(rank, effective).SelectMany(setting => setting.Urls).DistinctBy(url => url.Url).ToList()).FirstOrDefault(urls => urls.Count > 0) ?? [];

    /// <summary>An address in a form in which equal ones are equal, whatever way they say 'every address'.</summary>
    public static string Normalize(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "*" : address.Host.ToLowerInvariant();
            return $"{address.Scheme.ToLowerInvariant()}://{host}:{address.Port}";
        }
        catch (FormatException)
        {
            return url;
        }
    }

    private static IEnumerable<ListenSetting> Of(string[] keys, IReadOnlyDictionary<string, string?> effective) => keys
        .Select(key => new ListenSetting(key, effective.GetValueOrDefault(key) ?? ""))
        .Where(setting => setting.Urls.Count > 0);
}

/// <summary>One setting that says where to listen.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">What it says, parts divided by semicolons.</param>
internal sealed record ListenSetting(string Key, string Value)
{
    /// <summary>The only scheme that it speaks of, such as <c>http</c>; null where it names whole addresses.</summary>
    public string? Scheme { get; } = Key.EndsWith("HTTPS_PORTS", StringComparison.Ordinal) ? "https" : Key.EndsWith("HTTP_PORTS", StringComparison.Ordinal) ? "http" : null;

    /// <summary>The addresses that it stands for.</summary>
    public IReadOnlyList<ListenUrl> Urls => field ??= [.. Value
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(part => new ListenUrl(Key, part, Scheme is null ? part : $"{Scheme}://*:{part}"))];
}

/// <summary>One address to listen on.</summary>
/// <param name="Path">The configuration path that says so.</param>
/// <param name="Said">What is said there, such as <c>8080</c>.</param>
/// <param name="Url">The address, such as <c>http://*:8080</c>.</param>
internal sealed record ListenUrl(string Path, string Said, string Url);
