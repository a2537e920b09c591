using Yarp.ReverseProxy.Transforms;

namespace Gateway.Forwarding;

/// <summary>
/// Looks at an answer before anything is made of it: what HTTP does not allow is no answer. What every recipient has to bear
/// passes, such as the length of a body that a HEAD or a 304 does not have.
/// </summary>
internal static class BackendAnswer
{
    private const string TransferEncoding = "Transfer-Encoding";
    private const string ContentLength = "Content-Length";
    private const string Upgrade = "Upgrade";

    /// <summary>Throws where the answer is none; else takes out of it what is not for the client.</summary>
    public static ValueTask ReceiveAsync(ResponseTransformContext response)
    {
        if (response.ProxyResponse is not { } answer)
            return default;
        if (Fault(answer) is { } fault)
            throw Refuse(answer, fault);
        HopByHop.Remove(response.HttpContext.Response.Headers, answer);
        return (int)answer.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified
            ? ExpectNoBodyAsync(answer, response.CancellationToken) : default;
    }

    private static string? Fault(HttpResponseMessage answer)
    {
        var encoded = answer.Headers.NonValidated.Contains(TransferEncoding);
        // RFC 9112 §6.3: such a message may be an attempt to have two recipients read it differently.
        if (encoded && answer.Content.Headers.NonValidated.Contains(ContentLength))
            return "The response has a length and a transfer coding.";
        return (int)answer.StatusCode switch
        {
            < StatusCodes.Status100Continue => "The response's status is below 100.",
            StatusCodes.Status101SwitchingProtocols when !WasAskedFor(answer) => "The response switches to a protocol that the request did not ask for.",
            // RFC 9112 §6.1, RFC 9110 §8.6. A length of 0 is wrong too, but does not lie.
            StatusCodes.Status101SwitchingProtocols or StatusCodes.Status204NoContent when encoded || HasLength(answer) => "The response announces a body that its status cannot have.",
            _ => null,
        };
    }

    private static bool HasLength(HttpResponseMessage answer) =>
        answer.Content.Headers.NonValidated.TryGetValues(ContentLength, out var length) && length.ToString() != "0";

    // RFC 9110 §7.8.
    private static bool WasAskedFor(HttpResponseMessage answer) =>
        answer.RequestMessage!.Headers.NonValidated.TryGetValues(Upgrade, out var asked)
        && answer.Headers.NonValidated.TryGetValues(Upgrade, out var chosen)
        && chosen.ToString().Equals(asked.ToString(), StringComparison.OrdinalIgnoreCase);

    // The client reads none of what HTTP/1.1 cannot frame behind a 204 or 304; a 205, and all of HTTP/2, can have one.
    private static async ValueTask ExpectNoBodyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.RequestMessage!.Method == HttpMethod.Head)
            return;
        var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        if (await body.ReadAsync(new byte[1], cancellationToken) > 0)
            throw Refuse(answer, "The response has a body that its status cannot have.");
    }

    private static HttpRequestException Refuse(HttpResponseMessage answer, string fault)
    {
        // The client may have taken the connection for free already: what was announced must not be read as the next answer.
        if (answer.RequestMessage?.RequestUri is UpstreamAddress { Attempt.Connection: { } connection })
            connection.Condemn();
        return new HttpRequestException(HttpRequestError.InvalidResponse, fault);
    }
}
