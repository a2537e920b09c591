using Gateway.Chaos;
using Gateway.Chaos.Scenarios;

namespace Gateway.IntegrationTests.Processes.Chaos;

/// <summary>What loads every processor runs by itself: a backend that others keep from answering in time is another test's scenario.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class AloneUnderLoad;

/// <summary>Backends that die, hang, flap and restart under constant load, and the requests that must not be lost by it.</summary>
[Collection(nameof(ChaosTests))]
public sealed class ChaosTests
{
    private const int Seed = 20_251;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("kill")]
    [InlineData("accept-and-close")]
    [InlineData("close-idle")]
    public Task OneBackend_InTrouble_LosesNoRequest(string scenario) => AssertNothingIsLostAsync(scenario, GatewayConfiguration.Defaults);

    [Theory]
    [InlineData("flap")]
    [InlineData("slow-start")]
    [InlineData("rolling-restart")]
    [InlineData("random")]
    public Task Backends_ThatComeAndGo_LoseNoRequest(string scenario) => AssertNothingIsLostAsync(scenario, GatewayConfiguration.Quick);

    [Fact]
    public Task OneBackend_ThatHangs_LosesNoRequest() => AssertNothingIsLostAsync("hang", GatewayConfiguration.Defaults, Catalog.ResponseTimeout);

    [Fact]
    public async Task AllBackends_GoneAndBack_AreUsedAgainAndNoRequestHangs()
    {
        await using var setup = await ChaosSetup.StartAsync(GatewayConfiguration.Quick);

        var findings = await setup.RunAsync(Catalog.Named("all-gone"), Length, Seed);

        findings.AssertOnlyRefusedWhileAllWereGone();
        AssertInOrder(findings);
    }

    private static async Task AssertNothingIsLostAsync(string scenario, string settings, TimeSpan? responseTimeout = null)
    {
        await using var setup = await ChaosSetup.StartAsync(settings, responseTimeout);

        var findings = await setup.RunAsync(Catalog.Named(scenario), Length, Seed);

        findings.AssertNoGetFailed();
        findings.AssertEveryFailedPostReachedAVictim();
        AssertInOrder(findings);
    }

    private static void AssertInOrder(ChaosFindings findings)
    {
        findings.AssertNoPostIsDoneTwiceOrLost();
        findings.AssertRetriesWithinTheBudget();
        findings.AssertNothingIsHeld();
        findings.AssertOneLogLineForEachRequest();
    }
}
