using System.Text;

namespace Backend;

/// <summary>
/// A line for each request with an <c>X-Request-Id</c>, <c>begun ID</c> when its head was read and <c>answered ID</c>
/// when its answer was sent. Every line reaches the system at once, so that it outlives a kill. Thread-safe.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const string Header = "X-Request-Id";
    private const int MaxId = 100;
    private readonly Lock _lock = new();
    private readonly FileStream _file;

    private Journal(FileStream file) => _file = file;

    /// <summary>Goes on with the file if it is there.</summary>
    public static Journal Open(string file) =>
        new(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));

    public void Note(HttpContext context)
    {
        var id = context.Request.Headers[Header].ToString();
        if (id.Length is 0 or > MaxId || !id.All(char.IsAsciiLetterOrDigit))
            return;
        Write("begun", id);
        context.Response.OnCompleted(() =>
        {
            Write("answered", id);
            return Task.CompletedTask;
        });
    }

    public void Dispose() => _file.Dispose();

    private void Write(string word, string id)
    {
        var line = Encoding.ASCII.GetBytes($"{word} {id}\n");
        lock (_lock)
        {
            if (_file.CanWrite)
                _file.Write(line);
        }
    }
}
