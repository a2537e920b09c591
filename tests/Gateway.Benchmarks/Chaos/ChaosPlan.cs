using System.Globalization;
using Gateway.Chaos.Scenarios;

namespace Gateway.Benchmarks.Chaos;

/// <summary>What to compare, and where the programs are.</summary>
internal sealed record ChaosPlan(string Gateway, string Backend, string Peers, TimeSpan Length, IReadOnlyList<Scenario> Scenarios, IReadOnlyList<string> Proxies)
{
    public static ChaosPlan Parse(string[] arguments) => arguments is [var gateway, var backend, var peers, var seconds, var scenarios, var proxies]
        ? new(gateway, backend, peers, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)),
            scenarios == "all" ? Catalog.All : [.. scenarios.Split(',').Select(Catalog.Named)], proxies.Split(','))
        : throw new ArgumentException("chaos GATEWAY BACKEND PEERS SECONDS SCENARIOS PROXIES; see chaos.sh");
}
