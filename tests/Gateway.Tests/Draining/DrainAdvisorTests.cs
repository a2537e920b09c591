using Gateway.Draining;
using Gateway.Tests.Support;

namespace Gateway.Tests.Draining;

/// <summary>A drain is held against the time that a container has, and only there.</summary>
public sealed class DrainAdvisorTests
{
    [Theory]
    [InlineData("\"Timeout\": \"00:00:31\"", "Gateway:Drain:Timeout", "31 s")]
    [InlineData("\"Delay\": \"00:00:00.5\"", "Gateway:Drain:Delay", "30.5 s")]
    [InlineData("\"Delay\": \"00:00:10\", \"Timeout\": \"00:00:25\"", "Gateway:Drain:Timeout", "35 s")]
    public void Drain_LongerThanAContainerLives_IsTold(string drain, string path, string time) =>
        Assert.Equal(
            [$"{path}: the drain may take {time} (Delay and Timeout together), and a container is killed before that unless it is given longer (Kubernetes waits 30 s, docker stop 10 s), which cuts what is in flight; at most 30 s together would fit, or a terminationGracePeriodSeconds or docker stop --time beyond {time}."],
            Advise(drain, inContainer: true));

    [Theory]
    [InlineData("", true)]
    [InlineData("\"Delay\": \"00:00:05\", \"Timeout\": \"00:00:25\"", true)]
    [InlineData("\"Timeout\": \"00:10:00\"", false)]
    public void Drain_WithinTheTimeOrOutsideAContainer_GetsNoAdvice(string drain, bool inContainer) => Assert.Empty(Advise(drain, inContainer));

    private static IEnumerable<string> Advise(string drain, bool inContainer) =>
        new DrainAdvisor(inContainer).Advise(House.Read($$"""{ "Gateway": { "Drain": { {{drain}} } }, "ReverseProxy": { "Routes": {} } }""")).Select(advice => advice.ToString());
}
