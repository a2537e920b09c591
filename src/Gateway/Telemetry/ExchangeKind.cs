namespace Gateway.Telemetry;

/// <summary>What an exchange is for those who wait for its end.</summary>
internal enum ExchangeKind
{
    /// <summary>A request and its response.</summary>
    Request,

    /// <summary>A request that waits for a permit.</summary>
    Waiting,

    /// <summary>A WebSocket.</summary>
    WebSocket,

    /// <summary>A response of server-sent events.</summary>
    EventStream,

    /// <summary>A call of gRPC whose response has begun.</summary>
    GrpcStream,
}

internal static class ExchangeKinds
{
    /// <summary>The word that logs and the status have for it.</summary>
    public static string Word(this ExchangeKind kind) => kind switch
    {
        ExchangeKind.Waiting => "waiting",
        ExchangeKind.WebSocket => "websocket",
        ExchangeKind.EventStream => "event stream",
        ExchangeKind.GrpcStream => "grpc stream",
        _ => "request",
    };
}
