using System.Net;
using System.Net.Sockets;
using Gateway.Forwarding;
using Gateway.Sockets;
using Gateway.Tests.Support;

namespace Gateway.Tests.Forwarding;

public sealed class AddressAdvisorTests
{
    [Theory]
    [InlineData("10.0.0.1", null)]
    [InlineData("10.0.0.1 2001:db8::1", null)]
    [InlineData("10.0.0.1 10.0.0.1", null)]
    [InlineData("", null)]
    [InlineData("10.0.0.2 10.0.0.1", "2 addresses (10.0.0.1, 10.0.0.2)")]
    [InlineData("10.0.0.1 2001:db8::1 2001:db8::2", "3 addresses (10.0.0.1, 2001:db8::1, 2001:db8::2)")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4", "4 addresses (10.0.0.1, 10.0.0.2, 10.0.0.3, …)")]
    public async Task Name_OfSeveralAddressesOfAFamily_IsTold(string addresses, string? told)
    {
        var snapshot = House.Read("""
            { "ReverseProxy": { "Routes": {}, "Clusters": { "api": { "Destinations": {
                "one": { "Address": "http://api.test:80/" }, "two": { "Address": "http://192.0.2.1/" } } } } } }
            """);
        var names = new Names([.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)]);

        var advice = await new AddressAdvisor(names, TimeProvider.System).AdviseAsync(snapshot, TestContext.Current.CancellationToken);

        Assert.Equal(["api.test"], names.Asked);
        Assert.Equal(told is null ? [] : ["ReverseProxy:Clusters:api:Destinations:one:Address"], advice.Select(one => one.Path));
        Assert.All(advice, one => Assert.Contains($"the name api.test has {told}", one.Text, StringComparison.Ordinal));
    }

    private sealed class Names(IReadOnlyList<IPAddress> addresses) : INameResolver
    {
        public List<string> Asked { get; } = [];

        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellationToken)
        {
            Asked.Add(name);
            return addresses.Count > 0 ? Task.FromResult(addresses) : throw new SocketException((int)SocketError.HostNotFound);
        }
    }
}
