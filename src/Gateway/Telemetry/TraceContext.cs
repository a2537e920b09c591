using System.Buffers.Binary;
using System.Diagnostics;

namespace Gateway.Telemetry;

/// <summary>
/// A request's place in a trace (W3C Trace Context): the client's trace, or one begun here, and the
/// span under which the backend continues it.
/// </summary>
internal readonly struct TraceContext
{
    private const int HeaderLength = 55;
    private const int TraceIdLength = 32;
    private const byte Sampled = 1;

    private readonly ulong _traceHigh;
    private readonly ulong _traceLow;
    private readonly ulong _span;
    private readonly byte _flags;

    private TraceContext(ulong traceHigh, ulong traceLow, byte flags)
    {
        _traceHigh = traceHigh;
        _traceLow = traceLow;
        _span = NonZero();
        _flags = flags;
    }

    private TraceContext(Activity activity)
    {
        Span<byte> bytes = stackalloc byte[16];
        activity.TraceId.CopyTo(bytes);
        _traceHigh = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _traceLow = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        activity.SpanId.CopyTo(bytes[..8]);
        _span = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _flags = (byte)activity.ActivityTraceFlags;
    }

    /// <summary>The 32 hexadecimal digits of the trace's id.</summary>
    public string TraceId => string.Create(TraceIdLength, this, static (text, trace) => trace.WriteTraceId(text));

    /// <summary>Whether the trace is kept by who began it, as far as its header says.</summary>
    public bool IsSampled => (_flags & Sampled) != 0;

    /// <summary>The 56 bits of the trace's id that are random (W3C Trace Context level 2): the same for all who take part in the trace.</summary>
    public ulong Randomness => _traceLow & 0x00ff_ffff_ffff_ffff;

    /// <summary>Continues the trace that <paramref name="traceparent"/> names, or begins one where it names none.</summary>
    /// <remarks>Who listens to activities has begun a span already; then that one is it.</remarks>
    public static TraceContext Continue(string? traceparent)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            return new(activity);
        return TryParse(traceparent, out var high, out var low, out var flags)
            ? new(high, low, flags) : new(NonZero(), NonZero(), Sampled);
    }

    /// <summary>Says whether <paramref name="traceparent"/> names a trace.</summary>
    public static bool IsNamedBy(string? traceparent) => TryParse(traceparent, out _, out _, out _);

    /// <summary>The client's span, as the parent of an activity; the default where <paramref name="traceparent"/> names none.</summary>
    public static ActivityContext ParentOf(string? traceparent, string? tracestate)
    {
        if (!TryParse(traceparent, out _, out _, out var flags))
            return default;
        var digits = traceparent.AsSpan();
        return new(ActivityTraceId.CreateFromString(digits.Slice(3, TraceIdLength)), ActivitySpanId.CreateFromString(digits.Slice(36, 16)),
            (ActivityTraceFlags)flags, tracestate, isRemote: true);
    }

    /// <summary>Writes the 32 digits of the trace's id.</summary>
    public void WriteTraceId(Span<char> text)
    {
        WriteHex(_traceHigh, text);
        WriteHex(_traceLow, text[16..]);
    }

    /// <summary>The <c>traceparent</c> header (W3C Trace Context §3.2) for the backend: the trace with a span of ours as parent.</summary>
    public string ToTraceParent() => string.Create(HeaderLength, this, static (text, trace) =>
    {
        "00-".CopyTo(text);
        trace.WriteTraceId(text[3..]);
        text[35] = '-';
        WriteHex(trace._span, text[36..]);
        text[52] = '-';
        text[53] = '0';
        text[54] = (char)('0' + (trace._flags & Sampled));
    });

    private static void WriteHex(ulong value, Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Convert.TryToHexStringLower(bytes, text, out _);
    }

    // §3.2.2: version 00 is exactly 55 characters; a later version may be longer, and version ff is none.
    private static bool TryParse(string? header, out ulong high, out ulong low, out byte flags)
    {
        high = low = 0;
        flags = 0;
        if (header is null || header.Length < HeaderLength || header[2] != '-' || header[35] != '-' || header[52] != '-')
            return false;
        if (!TryHex(header.AsSpan(0, 2), out var version) || version == 0xff
            || (version == 0 ? header.Length != HeaderLength : header.Length > HeaderLength && header[HeaderLength] != '-'))
            return false;
        if (!TryHex(header.AsSpan(3, 16), out high) || !TryHex(header.AsSpan(19, 16), out low) || (high | low) == 0)
            return false;
        if (!TryHex(header.AsSpan(36, 16), out var span) || span == 0 || !TryHex(header.AsSpan(53, 2), out var bits))
            return false;
        flags = (byte)(bits & Sampled);
        return true;
    }

    // Lower case only, as the standard has it.
    private static bool TryHex(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is not (>= '0' and <= '9' or >= 'a' and <= 'f'))
                return false;
            value = (value << 4) | (uint)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }
        return true;
    }

    private static ulong NonZero()
    {
        ulong value;
        do
            value = (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
        while (value == 0);
        return value;
    }
}
