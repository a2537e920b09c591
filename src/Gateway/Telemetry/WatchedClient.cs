namespace Gateway.Telemetry;

/// <summary>Sends by a client of the SDK's making, which knows its certificates and time-outs.</summary>
internal sealed class WatchedClient(HttpClient client, Collectors collectors) : HttpMessageHandler
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!collectors.IsOpen, collectors);
        try
        {
            return Judge(client.Send(Copy(request), HttpCompletionOption.ResponseHeadersRead, cancellationToken), request.RequestUri!);
        }
        catch (Exception error)
        {
            collectors.Failed(request.RequestUri!, refusal: null, error);
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!collectors.IsOpen, collectors);
        try
        {
            // Whole, since gRPC's verdict comes behind the body.
            return Judge(await client.SendAsync(Copy(request), HttpCompletionOption.ResponseContentRead, cancellationToken), request.RequestUri!);
        }
        catch (Exception error)
        {
            collectors.Failed(request.RequestUri!, refusal: null, error);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            client.Dispose();
        base.Dispose(disposing);
    }

    private HttpResponseMessage Judge(HttpResponseMessage response, Uri address)
    {
        if (RefusalOf(response) is { } refusal)
            collectors.Failed(address, refusal);
        else
            collectors.Took(address);
        return response;
    }

    // A message can be sent by one client only.
    private static HttpRequestMessage Copy(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri)
        {
            Content = request.Content,
            Version = request.Version,
            VersionPolicy = request.VersionPolicy,
        };
        foreach (var (name, values) in request.Headers.NonValidated)
            copy.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    private static string? RefusalOf(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            return $"status {(int)response.StatusCode}";
        return (Status(response.TrailingHeaders) ?? Status(response.Headers)) is { } status and not "0" ? $"gRPC status {status}" : null;

        static string? Status(System.Net.Http.Headers.HttpResponseHeaders headers) =>
            headers.TryGetValues("grpc-status", out var values) ? values.FirstOrDefault() : null;
    }
}
