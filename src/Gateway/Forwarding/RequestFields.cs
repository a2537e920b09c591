using System.Net.Http.Headers;
using Gateway.Forwarding.Messages;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>The last look at a request's fields before they go: whatever put them there, only what a field can hold leaves.</summary>
internal static class RequestFields
{
    /// <summary>Throws where a value cannot be sent, before a connection is asked for.</summary>
    /// <exception cref="BadHttpRequestException">The client sent it, or had a transform write it.</exception>
    public static void Check(HttpRequestMessage request)
    {
        Check(request.Headers);
        if (request.Content is { } content)
            Check(content.Headers);
    }

    private static void Check(HttpHeaders headers)
    {
        List<string>? ragged = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            var last = "";
            foreach (var value in values)
                Check(last = value);
            if (values.Count > 1 && last.Length == 0)
                (ragged ??= []).Add(name);
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) && (values.Count > 1 || !HostField.IsValid(values.ToString())))
                throw new BadHttpRequestException("A host is none.");
        }
        ragged?.ForEach(name => Trim(headers, name));
    }

    // Lines are sent as one, and one that ends in an empty line would end in a space.
    private static void Trim(HttpHeaders headers, string name)
    {
        var kept = headers.NonValidated[name].Where(static value => value.Length > 0).ToList();
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, kept.Count > 0 ? kept : [""]);
    }

    /// <summary>Throws where no field can hold the value, or where spaces stand around it (RFC 9113 §8.2.1): strict backends reset such a request.</summary>
    public static void Check(string value)
    {
        if (!FieldText.IsValid(value) || (value.Length > 0 && (IsSpace(value[0]) || IsSpace(value[^1]))))
            throw new BadHttpRequestException("A header holds what no header can hold.");
    }

    private static bool IsSpace(char c) => c is ' ' or '\t';
}
