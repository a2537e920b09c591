using Gateway.Forwarding;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.Support;

namespace Gateway.Tests.Forwarding;

public sealed class ForwardingMetricsTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly LiveIds _live = new();
    private readonly ForwardingMetrics _metrics;

    public ForwardingMetricsTests() => _metrics = new ForwardingMetrics(_meters, _live);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Retries_OfAClusterThatIsGone_AreToldNoMore()
    {
        Have("api", "old");
        _metrics.Retried("old", "success");
        _metrics.Retried("api", "success");
        _metrics.Retried("api", "success");
        Assert.Equal(["gateway_retries{cluster=api,outcome=success} 2", "gateway_retries{cluster=old,outcome=success} 1"], Observe());

        Have("api");
        Assert.Equal(["gateway_retries{cluster=api,outcome=success} 2"], Observe());

        Have("api", "old");
        Assert.Equal(["gateway_retries{cluster=api,outcome=success} 2"], Observe());
    }

    private List<string> Observe()
    {
        _meters.Measured.Clear();
        return [.. _meters.Observe().Order(StringComparer.Ordinal)];
    }

    private void Have(params string[] clusters) => _live.Apply(House.Read($$"""
        { "ReverseProxy": { "Routes": {}, "Clusters": { {{string.Join(", ", clusters.Select(id => $$""" "{{id}}": {} """))}} } } }
        """));
}
