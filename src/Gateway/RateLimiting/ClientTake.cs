namespace Gateway.RateLimiting;

/// <summary>What became of a client's request for a token.</summary>
/// <param name="IsTaken">Whether a token was there.</param>
/// <param name="Level">The units that are left in the bucket.</param>
/// <param name="Counted">The tokens that the client took in the window that it last took one in.</param>
/// <param name="IsListed">Whether it is in that window's list of the busiest.</param>
internal readonly record struct ClientTake(bool IsTaken, long Level, int Counted, bool IsListed);

/// <summary>A client's request for a token, with all that can be worked out before its shard is locked.</summary>
/// <param name="Key">The client.</param>
/// <param name="Hash">The key's hash.</param>
/// <param name="Rate">The numbers of its bucket.</param>
/// <param name="RateIndex">Their place among <see cref="ClientRates"/>.</param>
/// <param name="Now">The time.</param>
/// <param name="Came">The units that came back until then.</param>
/// <param name="Window">The window in which the token is counted.</param>
internal readonly record struct ClientRequest(ClientKey Key, uint Hash, BucketRate Rate, int RateIndex, long Now, long Came, int Window);
