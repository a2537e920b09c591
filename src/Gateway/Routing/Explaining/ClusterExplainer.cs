using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>Shows a cluster's destinations with what every gate before them says.</summary>
internal sealed class ClusterExplainer(IEnumerable<IDestinationTeller> tellers, IServiceProvider services)
{
    private readonly IDestinationTeller[] _tellers = [.. tellers];
    private readonly IChoiceTeller? _choice = services.GetService<IChoiceTeller>();

    public ExplainedCluster Explain(HttpContext request, ClusterState cluster)
    {
        var notes = new List<string>();
        var destinations = cluster.DestinationsState.AllDestinations.Select(destination => Explain(request, cluster, destination, notes)).ToList();
        return new(cluster.ClusterId, _choice?.PolicyOf(cluster) ?? cluster.Model.Config.LoadBalancingPolicy, destinations) { Notes = [.. notes.Distinct()] };
    }

    private ExplainedDestination Explain(HttpContext request, ClusterState cluster, DestinationState destination, List<string> notes)
    {
        var facts = _tellers.Select(teller => teller.StateOf(cluster, destination)).ToList();
        notes.AddRange(facts.Select(fact => fact.Note).OfType<string>());
        var takes = cluster.DestinationsState.AvailableDestinations.Contains(destination)
            && _choice?.CouldTake(request, cluster, destination) is not false;
        return new(destination.DestinationId, destination.Model.Config.Address, takes, facts.ToDictionary(fact => fact.Name, fact => fact.Value))
        {
            Texts = facts.ToDictionary(fact => fact.Name, fact => fact.Text),
        };
    }
}
