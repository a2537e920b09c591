using System.Globalization;
using System.Text;

namespace Gateway.IntegrationTests.Support;

/// <summary>Reads HTTP/1.1 messages off a stream, byte for byte and without mercy for what is not one.</summary>
internal sealed class MessageReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Reads start line and header fields; null where the stream ends before a first byte.</summary>
    public async Task<RawMessage?> ReadHeadAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (await ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
                return RawMessage.Parse(string.Join("\r\n", lines));
            lines.Add(line);
        }
        return lines.Count == 0 ? null : throw new EndOfStreamException("The message ends in its head: " + string.Join('|', lines));
    }

    /// <summary>Reads the body that a request's head announces.</summary>
    public Task<RawMessage> ReadRequestBodyAsync(RawMessage head, CancellationToken cancellation) =>
        ReadBodyAsync(head, untilClose: false, cancellation);

    /// <summary>Reads the body that a response's head announces.</summary>
    public Task<RawMessage> ReadResponseBodyAsync(RawMessage head, CancellationToken cancellation) =>
        head.Status is < 200 or 204 or 304 ? Task.FromResult(head) : ReadBodyAsync(head, untilClose: true, cancellation);

    /// <summary>Reads what is there, at least one byte; none at the end of the stream.</summary>
    public async Task<byte[]> ReadSomeAsync(CancellationToken cancellation)
    {
        if (_start == _end && !await FillAsync(cancellation))
            return [];
        var some = _buffer[_start.._end];
        _start = _end;
        return some;
    }

    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        while (await ReadSomeAsync(cancellation) is { Length: > 0 } some)
            all.Write(some);
        return all.ToArray();
    }

    private async Task<RawMessage> ReadBodyAsync(RawMessage head, bool untilClose, CancellationToken cancellation)
    {
        if (head["Transfer-Encoding"] is { } encoding && encoding.EndsWith("chunked", StringComparison.OrdinalIgnoreCase))
            return await ReadChunksAsync(head, cancellation);
        if (head["Content-Length"] is { } length)
            return head with { Body = await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellation) };
        return untilClose ? head with { Body = await ReadToEndAsync(cancellation) } : head;
    }

    private async Task<RawMessage> ReadChunksAsync(RawMessage head, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        while (int.Parse(await NextLineAsync(cancellation), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var size and > 0)
        {
            body.Write(await ReadExactlyAsync(size, cancellation));
            await NextLineAsync(cancellation);
        }
        var trailers = new List<string>();
        while (await NextLineAsync(cancellation) is { Length: > 0 } line)
            trailers.Add(line);
        return head with { Body = body.ToArray(), Trailers = RawMessage.ParseFields(trailers) };
    }

    /// <summary>Reads as many bytes as that, or throws where the stream ends before.</summary>
    public async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            if (_start == _end && !await FillAsync(cancellation))
                throw new EndOfStreamException($"The body ends after {done} of {count} bytes.");
            var some = Math.Min(count - done, _end - _start);
            _buffer.AsSpan(_start, some).CopyTo(bytes.AsSpan(done));
            (_start, done) = (_start + some, done + some);
        }
        return bytes;
    }

    private async Task<string> NextLineAsync(CancellationToken cancellation) =>
        await ReadLineAsync(cancellation) ?? throw new EndOfStreamException("The message ends where a line should be.");

    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (_start < _end || await FillAsync(cancellation))
        {
            var next = (char)_buffer[_start++];
            if (next == '\n' && line.Length > 0 && line[^1] == '\r')
                return line.ToString(0, line.Length - 1);
            line.Append(next);
        }
        return line.Length == 0 ? null : throw new EndOfStreamException($"The message ends in the line: {line}");
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        (_start, _end) = (0, 0);
        _end = await stream.ReadAsync(_buffer, cancellation);
        return _end > 0;
    }
}
