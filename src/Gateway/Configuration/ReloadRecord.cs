namespace Gateway.Configuration;

/// <summary>Tells what became of each reload: in the log, in the metrics and in a receipt.</summary>
internal sealed class ReloadRecord(
    IEnumerable<IReloadWitness> witnesses, Receipts receipts, ConfigurationMetrics metrics, ConfigurationAdvice advice,
    TimeProvider time, ILogger<ConfigurationStore> logger)
{
    public void InForce(long version) => metrics.InForce(version);

    public void Began(Snapshot snapshot) => advice.Begin(snapshot);

    public void Unchanged(long version, bool asked)
    {
        metrics.Unchanged();
        if (asked)
            ConfigurationLog.Unchanged(logger, version);
    }

    public void Applied(Snapshot before, Snapshot after, Difference difference)
    {
        metrics.Applied(after.Version);
        var live = witnesses.SelectMany(witness => witness.Describe(before, after)).ToList();
        var receipt = new Receipt(after.Version, time.GetUtcNow(), ReloadOutcome.Applied, difference.ToString(), difference.Changes, live, []);
        receipts.Add(receipt);
        ConfigurationLog.Applied(logger, after.Version, receipt.Summary);
        ConfigurationLog.Receipt(logger, after.Version, receipt);
        advice.Follow(after);
    }

    public void Rejected(Snapshot inForce, FaultList faults)
    {
        metrics.Rejected();
        receipts.Add(new Receipt(inForce.Version, time.GetUtcNow(), ReloadOutcome.Rejected, "", [], [], faults.All));
        ConfigurationLog.Rejected(logger, inForce.Version, string.Join("; ", faults.All));
    }
}
