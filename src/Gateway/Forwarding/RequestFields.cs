using System.Net.Http.Headers;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>The last look at a request's fields before they go: whatever put them there, only what a field can hold leaves.</summary>
internal static class RequestFields
{
    /// <summary>Throws where a value can be sent by nobody, before a connection is asked for.</summary>
    /// <exception cref="BadHttpRequestException">The client sent it, or had a transform write it.</exception>
    public static void Check(HttpRequestMessage request)
    {
        Check(request.Headers);
        if (request.Content is { } content)
            Check(content.Headers);
    }

    private static void Check(HttpHeaders headers)
    {
        foreach (var (_, values) in headers.NonValidated)
        {
            foreach (var value in values)
                Check(value);
        }
    }

    /// <summary>Throws where no field can hold the value, or where spaces stand around it (RFC 9113 §8.2.1): strict backends reset such a request.</summary>
    public static void Check(string value)
    {
        if (!FieldText.IsValid(value) || (value.Length > 0 && (IsSpace(value[0]) || IsSpace(value[^1]))))
            throw new BadHttpRequestException("A header holds what no header can hold.");
    }

    private static bool IsSpace(char c) => c is ' ' or '\t';
}
