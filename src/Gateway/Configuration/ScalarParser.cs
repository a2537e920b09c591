using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Configuration;

/// <summary>Turns one configuration value into one of the types that settings are made of.</summary>
internal static class ScalarParser
{
    private delegate bool Parser(string text, out object? value);

    private static readonly Dictionary<Type, (Parser Parse, string Expected)> Parsers = new()
    {
        [typeof(string)] = (static (string text, out object? value) => { value = text; return true; }, "text"),
        [typeof(bool)] = (Wrap<bool>(bool.TryParse), "true or false"),
        [typeof(int)] = (Wrap<int>(static (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)), "a whole number"),
        [typeof(long)] = (Wrap<long>(static (string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)), "a whole number"),
        [typeof(double)] = (Wrap<double>(static (string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)), "a number"),
        [typeof(TimeSpan)] = (Wrap<TimeSpan>(TryParseDuration), "a duration such as 00:00:05 (hours:minutes:seconds)"),
        [typeof(Version)] = (Wrap<Version>(TryParseHttpVersion), "an HTTP version such as 1.1 or 2"),
        [typeof(Uri)] = (Wrap<Uri>(static (string text, out Uri value) => Uri.TryCreate(text, UriKind.Absolute, out value!)), "an absolute address such as http://127.0.0.1:8080"),
        [typeof(IPAddress)] = (Wrap<IPAddress>(TryParseAddress), "an IP address such as 10.0.0.1"),
        [typeof(IPNetwork)] = (Wrap<IPNetwork>(IPNetwork.TryParse), "an IP network such as 10.0.0.0/8"),
    };

    // Not the forms that others read as another address: octal, hexadecimal or fewer than four parts (RFC 6943 §3.1.1).
    private static bool TryParseAddress(string text, out IPAddress value) =>
        IPAddress.TryParse(text, out value!) && (value.AddressFamily == AddressFamily.InterNetworkV6 || value.ToString() == text);

    /// <summary>How HTTP versions are written.</summary>
    public static readonly FrozenDictionary<string, Version> HttpVersions = new Dictionary<string, Version>
    {
        ["1.0"] = HttpVersion.Version10,
        ["1.1"] = HttpVersion.Version11,
        ["1"] = HttpVersion.Version11,
        ["2"] = HttpVersion.Version20,
        ["2.0"] = HttpVersion.Version20,
        ["3"] = HttpVersion.Version30,
        ["3.0"] = HttpVersion.Version30,
    }.ToFrozenDictionary();

    /// <summary>The types that are read, enumerations aside.</summary>
    public static IEnumerable<Type> Types => Parsers.Keys;

    public static bool IsScalar(Type type) => Parsers.ContainsKey(type) || (type.IsEnum && !type.IsDefined(typeof(FlagsAttribute), false));

    /// <summary>Parses <paramref name="text"/>, or adds a fault that says what is allowed and returns null.</summary>
    public static object? Parse(string path, string text, Type type, RangeAttribute? range, FaultList faults)
    {
        if (type.IsEnum)
            return ParseEnum(path, text, type, faults);
        var (parse, expected) = Parsers[type];
        if (!parse(text, out var value))
        {
            faults.Add(path, text, range is null ? $"is not {expected}." : $"is not {expected}; {Allowed(range)}.");
            return null;
        }
        if (range is not null && !range.IsValid(value))
        {
            faults.Add(path, text, $"is out of range; {Allowed(range)}.");
            return null;
        }
        return value;
    }

    public static object? ParseEnum(string path, string text, Type type, FaultList faults)
    {
        var name = Enum.GetNames(type).FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (name is not null)
            return Enum.Parse(type, name);
        faults.Add(path, text, $"is not known; {NearestName.Suggest(text, Enum.GetNames(type))}");
        return null;
    }

    private static string Allowed(RangeAttribute range) =>
        string.Create(CultureInfo.InvariantCulture, $"allowed is {range.Minimum} to {range.Maximum}");

    // .NET reads a bare number as days, and the hours of 24:00:00 too: neither was meant.
    private static bool TryParseDuration(string text, out TimeSpan value)
    {
        value = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value)
            && (value.Days == 0 || text.AsSpan(0, colon).Contains('.') || text.AsSpan().Count(':') == 3);
    }

    private static bool TryParseHttpVersion(string text, out Version value) => HttpVersions.TryGetValue(text, out value!);

    private delegate bool TryParse<T>(string text, out T value);

    private static Parser Wrap<T>(TryParse<T> tryParse) => (string text, out object? value) =>
    {
        var parsed = tryParse(text, out var typed);
        value = typed;
        return parsed;
    };
}
