using System.Diagnostics.CodeAnalysis;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.LoadBalancing;

/// <summary>A chooser over gates of a test's choice, and one cluster to choose from.</summary>
internal sealed class Choosing
{
    private Chooser _chooser;

    public Choosing(Snapshot snapshot, params IDestinationGate[] gates)
        : this(snapshot, TimeProvider.System, null, gates)
    {
    }

    public Choosing(Snapshot snapshot, TimeProvider time, IUpSince? upSince, params IDestinationGate[] gates)
    {
        Rosters = new Rosters(gates, time, upSince);
        Rosters.Apply(snapshot);
        Cluster = new Cluster(snapshot);
        Policies =
        [
            new RoundRobinPolicy(Rosters), new RandomPolicy(Rosters), new LeastRequestsPolicy(Rosters),
            new PowerOfTwoChoicesPolicy(Rosters), new FirstAlphabeticalPolicy(Rosters), new ConsistentHashPolicy(Rosters),
        ];
    }

    public Rosters Rosters { get; }

    public IReadOnlyList<ILoadBalancingPolicy> Policies
    {
        get;
        [MemberNotNull(nameof(_chooser))]
        init
        {
            field = value;
            _chooser = new Chooser(Rosters, value);
        }
    }

    public Cluster Cluster { get; }

    public Wish Wish(bool affine = false, IReadOnlyList<DestinationState>? among = null, IReadOnlyList<DestinationState>? tried = null) =>
        new(Requests.New(), Cluster.State, among ?? Cluster.All, affine, tried);

    public Task<Choice> BeginAsync(Wish? wish = null) => _chooser.ChooseAsync(wish ?? Wish(), CancellationToken.None).AsTask();

    public Task<Choice> BeginForClientAsync(CancellationToken client) => _chooser.ChooseAsync(Wish(), client).AsTask();

    public bool IsAnyLeft(Wish wish) => _chooser.IsAnyLeft(wish);

    /// <summary>Chooses where nobody waits, and does nothing besides.</summary>
    public Choice ChooseNow(in Wish wish)
    {
        var choosing = _chooser.ChooseAsync(wish, CancellationToken.None);
        return choosing.IsCompletedSuccessfully ? choosing.Result : default;
    }

    /// <summary>Chooses where nobody waits.</summary>
    public Choice Choose(Wish? wish = null)
    {
        var choosing = BeginAsync(wish);
        Assert.True(choosing.IsCompleted, "it waits");
        return choosing.GetAwaiter().GetResult();
    }

    public Admission Admitted(Wish? wish = null)
    {
        var choice = Choose(wish);
        Assert.True(choice.IsAdmitted, choice.Refusal?.Title);
        return choice.Admission;
    }

    public string Chosen(Wish? wish = null) => Admitted(wish).Destination.DestinationId;

    public string[] Chosen(int times, Wish? wish = null) => [.. Enumerable.Range(0, times).Select(_ => Chosen(wish))];

    /// <summary>How often each destination is chosen in so many requests.</summary>
    public Dictionary<string, int> Shares(int times, Wish? wish = null) =>
        Chosen(times, wish).GroupBy(id => id).ToDictionary(group => group.Key, group => group.Count());
}
