namespace Gateway.Telemetry;

/// <summary>Hears of each body for which a client is waited for, the first time that it is.</summary>
internal interface IAwaitedBodies
{
    void Add(RequestBody body);
}
