namespace Gateway.Decisions;

/// <summary>Who knows the routes tells which of them nearly matched.</summary>
internal interface INearMisses
{
    /// <summary>The nearest routes as they are configured now, the nearest first, with why they did not match.</summary>
    IReadOnlyList<(string Route, string Reason)> Find(string method, string host, string path);
}
