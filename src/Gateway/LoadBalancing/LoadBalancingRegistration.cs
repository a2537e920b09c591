using Gateway.Configuration;
using Gateway.Management.Status;
using Gateway.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.LoadBalancing;

internal static class LoadBalancingRegistration
{
    /// <summary>Choosing among those who can take a request. Called after YARP is added: its policies know no weights and give way to ours.</summary>
    public static WebApplicationBuilder AddLoadBalancing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(WeightSettings.Section);
        builder.Services.AddSettings(ConsistentHashSettings.Section);
        builder.Services.AddSettings(SlowStartSettings.Section);
        builder.Services.AddAdvisor<WeightAdvisor>();
        builder.Services.AddAdvisor<AffinityAdvisor>();
        builder.Services.AddAdvisor<ConsistentHashAdvisor>();
        builder.Services.AddListener<Rosters>();
        builder.Services.AddSingleton<Chooser>();
        builder.Services.AddSingleton<WaitingLines>();
        builder.Services.AddSingleton<IChoiceTeller, ChoiceTeller>();
        builder.Services.AddSingleton<IDestinationTeller, ChoiceTeller>();
        builder.Services.AddStatusPart<BalancingStatus>();
        builder.Services.RemoveAll<ILoadBalancingPolicy>();
        builder.Services.AddSingleton<ILoadBalancingPolicy, RoundRobinPolicy>();
        builder.Services.AddSingleton<ILoadBalancingPolicy, RandomPolicy>();
        builder.Services.AddSingleton<ILoadBalancingPolicy, PowerOfTwoChoicesPolicy>();
        builder.Services.AddSingleton<ILoadBalancingPolicy, LeastRequestsPolicy>();
        builder.Services.AddSingleton<ILoadBalancingPolicy, FirstAlphabeticalPolicy>();
        builder.Services.AddSingleton<ILoadBalancingPolicy, ConsistentHashPolicy>();
        return builder;
    }
}
