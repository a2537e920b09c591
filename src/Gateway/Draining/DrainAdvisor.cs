using Gateway.Configuration;

namespace Gateway.Draining;

/// <summary>
/// Compares the drain with the time that a container has after SIGTERM. How long that is cannot be
/// seen from inside, so the limit is Kubernetes' 30 s, which the defaults just keep: Docker's 10 s would have every
/// container warn. Who checks a file elsewhere is not warned: what runs as a service has all the time it takes.
/// </summary>
internal sealed class DrainAdvisor(bool inContainer) : IConfigurationAdvisor
{
    private const string Drain = "Gateway:Drain";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public DrainAdvisor() : this(RunsInContainer)
    {
    }

    // .NET's images set the one, Kubernetes the other whatever the image.
    private static bool RunsInContainer =>
        Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is "true" or "1"
        || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 };

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        if (!inContainer || snapshot.Get(DrainSettings.Section) is not { } drain || drain.Delay + drain.Timeout <= Grace)
            yield break;
        var timeout = $"{Drain}:{nameof(drain.Timeout)}";
        yield return new Advice(snapshot.Has(timeout) ? timeout : $"{Drain}:{nameof(drain.Delay)}",
            $"the drain may take {Quantity.Of(drain.Delay + drain.Timeout)} (Delay and Timeout together), and a container is killed before that unless it is given longer (Kubernetes waits 30 s, docker stop 10 s), which cuts what is in flight; at most 30 s together would fit, or a terminationGracePeriodSeconds or docker stop --time beyond {Quantity.Of(drain.Delay + drain.Timeout)}.");
    }
}
