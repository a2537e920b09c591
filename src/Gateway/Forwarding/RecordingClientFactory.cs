using System.Net;
using Gateway.Routing;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Stands in for the HTTP clients where a request is only explained: what would go to the backend is kept with the request, and nothing goes.</summary>
internal sealed class RecordingClientFactory : IForwarderHttpClientFactory
{
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => new(new Recorder(), disposeHandler: true);

    private sealed class Recorder : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // YARP's own probes hear nothing: a start knows nothing of its destinations yet.
            if (request.RequestUri is not UpstreamAddress { Attempt: { } attempt } address)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            else
                attempt.Exchange.Context.Features.Set(Record(request, address, attempt));
            return new HttpResponseMessage(HttpStatusCode.NoContent) { RequestMessage = request };
        }

        private static SentRequest Record(HttpRequestMessage request, Uri address, Attempt attempt)
        {
            var headers = request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? default)
                .Select(header => KeyValuePair.Create(header.Key, Joined(header.Key, header.Value))).ToList();
            // The client writes this one itself where no transform did.
            if (!headers.Exists(header => header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
                headers.Insert(0, new("Host", address.Authority));
            return new(attempt.Destination.DestinationId, request.Method.Method, address.PathAndQuery, headers);
        }

        private static string Joined(string name, IEnumerable<string> values) =>
            FieldText.Decode(string.Join(name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ", values));
    }
}
