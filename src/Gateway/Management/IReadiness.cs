namespace Gateway.Management;

/// <summary>A condition for the gateway to take requests, asked by <c>/health/ready</c>.</summary>
internal interface IReadiness
{
    /// <summary>Null when nothing stands in the way, else the reason, in words for an operator.</summary>
    string? NotReadyBecause { get; }
}
