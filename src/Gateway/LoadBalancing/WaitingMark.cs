using Gateway.Telemetry;

namespace Gateway.LoadBalancing;

/// <summary>Marks an exchange as waiting for as long as it stands in line, for those who list what is under way.</summary>
internal readonly struct WaitingMark : IDisposable
{
    private readonly Exchange? _exchange;

    public WaitingMark(HttpContext context)
    {
        _exchange = context.Features.Get<Exchange>();
        if (_exchange is not null)
            _exchange.Kind = ExchangeKind.Waiting;
    }

    public void Dispose()
    {
        if (_exchange is not null)
            _exchange.Kind = ExchangeKind.Request;
    }
}
