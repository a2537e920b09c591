using Microsoft.Win32.SafeHandles;

namespace Gateway.Configuration;

/// <summary>
/// The layers of a configuration, later ones winning: the file, <c>appsettings.{Environment}.json</c>
/// beside it, environment variables, arguments of the form <c>--Key:Sub=value</c>.
/// </summary>
public class ConfigurationLayers(string file, string environment, IReadOnlyList<string> arguments)
{
    public string File { get; } = Path.GetFullPath(file);

    /// <summary>The environment's name, such as Production.</summary>
    public string Environment { get; } = environment;

    public string EnvironmentFile { get; } =
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, $"appsettings.{environment}.json");

    // Stands for what is there and cannot be read. No file of that text is taken for it: the instance is compared.
    private static readonly byte[] Unreadable = [0];

    /// <summary>Reads the text of both files as they are now.</summary>
    /// <param name="last">What was read before: its bytes are given again where a file still says the same.</param>
    public virtual ConfigurationText ReadText(ConfigurationText? last = null) =>
        new(TryRead(File, last?.File), File == EnvironmentFile ? null : TryRead(EnvironmentFile, last?.EnvironmentFile));

    /// <summary>Puts the layers together, or says what is wrong with one of them. From then on the list knows where a fault stands.</summary>
    internal ConfigurationTree? Combine(ConfigurationText text, FaultList faults)
    {
        if (text.File is null || ReferenceEquals(text.File, Unreadable))
        {
            faults.Add(File, "is not there or cannot be read; name another file with --config.");
            return null;
        }
        if (ReferenceEquals(text.EnvironmentFile, Unreadable))
        {
            // Without it the other layers alone would come into force, as if nobody had written it.
            faults.Add(EnvironmentFile, "cannot be read; give the gateway the right to, or take it away.");
            return null;
        }
        var file = JsonLayer.Read(File, text.File, faults);
        var environment = text.EnvironmentFile is null ? null : JsonLayer.Read(EnvironmentFile, text.EnvironmentFile, faults);
        if (faults.Any)
            return null;
        var values = new LayeredValues();
        values.Add(file!);
        if (environment is not null)
            values.Add(environment);
        values.AddEnvironmentVariables();
        values.AddArguments(arguments);
        faults.LocateBy(values.PlaceOf);
        return values.Combine();
    }

    private static byte[]? TryRead(string path, byte[]? last)
    {
        try
        {
            // Whoever is writing is not kept from it, and need not let go first.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (last is not null && IsSame(file.SafeFileHandle, last))
                return last;
            var text = new MemoryStream();
            file.CopyTo(text);
            return text.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return IsAbsent(path, error) ? null : Unreadable;
        }
    }

    // A link that leads nowhere is there all the same: something was meant to stand at its end.
    private static bool IsAbsent(string path, Exception error) =>
        error is FileNotFoundException or DirectoryNotFoundException && new FileInfo(path).LinkTarget is null;

    // Looked at several times a second, a large file would otherwise be garbage as often.
    private static bool IsSame(SafeFileHandle file, byte[] last)
    {
        if (RandomAccess.GetLength(file) != last.Length)
            return false;
        Span<byte> part = stackalloc byte[8 * 1024];
        for (var offset = 0; offset < last.Length;)
        {
            var read = RandomAccess.Read(file, part, offset);
            if (read == 0 || !last.AsSpan(offset, Math.Min(read, last.Length - offset)).SequenceEqual(part[..read]))
                return false;
            offset += read;
        }
        return true;
    }
}

/// <summary>The text of the configuration's files at one moment; equal when every byte is.</summary>
/// <param name="File">The bytes of the main file; null where it is not there.</param>
/// <param name="EnvironmentFile">The bytes of the environment's file; null where there is none.</param>
public sealed record ConfigurationText(byte[]? File, byte[]? EnvironmentFile)
{
    /// <summary>Whether both files are whole JSON documents, whatever they say.</summary>
    internal bool IsJson => File is not null && !JsonLayer.IsBroken(File) && (EnvironmentFile is null || !JsonLayer.IsBroken(EnvironmentFile));

    public bool Equals(ConfigurationText? other) => other is not null && Same(File, other.File) && Same(EnvironmentFile, other.EnvironmentFile);

    public override int GetHashCode() => HashCode.Combine(File?.Length, EnvironmentFile?.Length);

    private static bool Same(byte[]? a, byte[]? b) => ReferenceEquals(a, b) || (a is not null && b is not null && a.AsSpan().SequenceEqual(b));
}
