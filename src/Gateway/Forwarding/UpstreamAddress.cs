namespace Gateway.Forwarding;

/// <summary>
/// The address that a request is sent to. It carries the attempt to the places deep in the HTTP
/// client where only the message is known, without a dictionary on every message.
/// </summary>
internal sealed class UpstreamAddress(string address, Attempt attempt)
    // What was matched is what is sent: the client must not rewrite escapes or dots.
    : Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })
{
    public Attempt Attempt { get; } = attempt;
}
