namespace Gateway.Forwarding;

/// <summary>Who may end a response of server-sent events before its backend does.</summary>
internal interface IEventStreams
{
    /// <summary>Gives the content that is sent in place of the backend's; that one itself where it cannot be ended in order.</summary>
    HttpContent Follow(HttpContent content);
}
