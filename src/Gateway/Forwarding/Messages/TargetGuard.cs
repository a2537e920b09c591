namespace Gateway.Forwarding.Messages;

/// <summary>
/// The one place that every target passes before it is written, whatever made it: a client, a transform, a probe, an
/// address. What is not visible ASCII goes no further: the client behind writes it as it is.
/// </summary>
internal sealed class TargetGuard(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The client takes the same text, which the address keeps once it was made.
        var target = request.RequestUri!.PathAndQuery;
        return IsTarget(target) ? base.SendAsync(request, cancellationToken) : Task.FromException<HttpResponseMessage>(new UnsendableTargetException());
    }

    private static bool IsTarget(string target) => (target.StartsWith('/') || target == AsteriskForm.Target) && TargetText.IsSendable(target);
}

/// <summary>A request's target cannot be sent. It says nothing about the destination.</summary>
internal sealed class UnsendableTargetException() : Exception("The request's target holds what cannot be sent.");
