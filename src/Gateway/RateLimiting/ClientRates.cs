namespace Gateway.RateLimiting;

/// <summary>
/// The numbers by which clients' buckets are kept, for entries that name them by an index. A save brings others
/// at most, and those that were there before find their old place, so it stays a short list. Thread-safe.
/// </summary>
internal sealed class ClientRates
{
    private readonly Lock _lock = new();
    private volatile BucketRate[] _rates = [];

    public BucketRate this[int index] => _rates[index];

    public int IndexOf(BucketRate rate)
    {
        var index = Array.LastIndexOf(_rates, rate);
        return index >= 0 ? index : Add(rate);
    }

    private int Add(BucketRate rate)
    {
        lock (_lock)
        {
            var index = Array.FindIndex(_rates, rate.HasNumbersOf);
            if (index < 0)
            {
                _rates = [.. _rates, rate];
                return _rates.Length - 1;
            }
            BucketRate[] rates = [.. _rates];
            rates[index] = rate;
            _rates = rates;
            return index;
        }
    }
}
