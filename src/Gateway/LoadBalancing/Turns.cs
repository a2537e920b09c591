namespace Gateway.LoadBalancing;

/// <summary>
/// Whose turn it is, by share and smooth: 3 : 1 gives a a b a and not a a a b. Thread-safe.
/// </summary>
/// <remarks>
/// Candidates of equal shares take turns within a band, and bands are taken by earliest deadline: the
/// n-th turn of a band is due at (n - ½) / its share. So each candidate gets exactly its share in every round,
/// and the choice costs the logarithm of the number of different shares.
/// </remarks>
internal sealed class Turns
{
    private readonly Lock _lock = new();

    // A heap by deadline.
    private readonly Band[] _bands;

    public Turns(IEnumerable<Candidate> candidates) => _bands = [.. candidates
        .GroupBy(candidate => candidate.Share)
        .Select(band => (Members: band.ToArray(), Share: band.Sum(candidate => candidate.Share)))
        .OrderByDescending(band => band.Share)
        .Select((band, rank) => new Band(band.Members, band.Share, rank))];

    public Candidate Next()
    {
        lock (_lock)
        {
            var next = _bands[0].Take();
            Sink();
            return next;
        }
    }

    private void Sink()
    {
        var sinking = _bands[0];
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= _bands.Length)
                break;
            if (child + 1 < _bands.Length && _bands[child + 1].IsBefore(_bands[child]))
                child++;
            if (!_bands[child].IsBefore(sinking))
                break;
            _bands[at] = _bands[child];
            at = child;
        }
        _bands[at] = sinking;
    }

    private sealed class Band(Candidate[] members, double share, int rank)
    {
        private long _taken;
        private int _next;
        private double _due = 0.5 / share;

        public Candidate Take()
        {
            // From the count, and not by adding: the error of a sum would grow.
            _due = (++_taken + 0.5) / share;
            var member = members[_next];
            _next = _next + 1 == members.Length ? 0 : _next + 1;
            return member;
        }

        public bool IsBefore(Band other) => _due < other._due || (_due == other._due && rank < other.Rank);

        private int Rank => rank;
    }
}
