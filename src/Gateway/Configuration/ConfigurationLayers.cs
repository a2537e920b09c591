using System.Text.Json;

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

    /// <summary>Reads the text of both files as they are now; null for one that is not there or cannot be read.</summary>
    public virtual ConfigurationText ReadText() => new(TryRead(File), File == EnvironmentFile ? null : TryRead(EnvironmentFile));

    /// <summary>Puts the layers together, or says what is wrong with one of them.</summary>
    public IConfigurationRoot? Combine(ConfigurationText text, FaultList faults)
    {
        if (text.File is null)
        {
            faults.Add(File, "is not there or cannot be read; name another file with --config.");
            return null;
        }
        CheckJson(File, text.File, faults);
        if (text.EnvironmentFile is not null)
            CheckJson(EnvironmentFile, text.EnvironmentFile, faults);
        if (faults.Any)
            return null;
        return Build(text, faults);
    }

    private IConfigurationRoot? Build(ConfigurationText text, FaultList faults)
    {
        var builder = new ConfigurationBuilder();
        AddFile(builder, File, text.File!, faults);
        if (text.EnvironmentFile is not null)
            AddFile(builder, EnvironmentFile, text.EnvironmentFile, faults);
        return faults.Any ? null : builder.AddEnvironmentVariables().AddCommandLine([.. arguments]).Build();
    }

    private static void AddFile(ConfigurationBuilder builder, string path, byte[] text, FaultList faults)
    {
        try
        {
            // Read once by itself, so that what is wrong is told of this file.
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(text)).Build();
            builder.AddJsonStream(new MemoryStream(text));
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            // What is JSON may still not be a configuration: a key that stands twice, half a character.
            faults.Add(path, error.Message);
        }
    }

    private static void CheckJson(string path, byte[] text, FaultList faults)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(text),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                faults.Add(path, "is not a JSON object.");
        }
        catch (JsonException error)
        {
            faults.Add(path, text.Length == 0 ? "is empty." : $"is not JSON: line {error.LineNumber + 1}, position {error.BytePositionInLine + 1}.");
        }
    }

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(byte[] text) =>
        text.AsSpan().StartsWith("\uFEFF"u8) ? text.AsMemory(3) : text;

    private static byte[]? TryRead(string path)
    {
        try
        {
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The text of the configuration's files at one moment; equal when every byte is.</summary>
/// <param name="File">The bytes of the main file; null where it is not there.</param>
/// <param name="EnvironmentFile">The bytes of the environment's file; null where there is none.</param>
public sealed record ConfigurationText(byte[]? File, byte[]? EnvironmentFile)
{
    public bool Equals(ConfigurationText? other) => other is not null && Same(File, other.File) && Same(EnvironmentFile, other.EnvironmentFile);

    public override int GetHashCode() => HashCode.Combine(File?.Length, EnvironmentFile?.Length);

    private static bool Same(byte[]? a, byte[]? b) => a is null ? b is null : b is not null && a.AsSpan().SequenceEqual(b);
}
