using System.Net;
using Gateway.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Sockets;

public sealed class AddressOrderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AddressOrder _order;

    public AddressOrderTests() => _order = new(_time);

    [Fact]
    public void Addresses_InWhateverOrderTheyCome_TakeTurns()
    {
        Assert.Equal("10.0.0.1 10.0.0.2 10.0.0.3", Of("10.0.0.3", "10.0.0.1", "10.0.0.2"));
        Assert.Equal("10.0.0.2 10.0.0.3 10.0.0.1", Of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
        Assert.Equal("10.0.0.3 10.0.0.1 10.0.0.2", Of("10.0.0.2", "10.0.0.3", "10.0.0.1"));
        Assert.Equal("10.0.0.1 10.0.0.2 10.0.0.3", Of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
    }

    [Fact]
    public void Turns_OfOneName_AreNotTakenByAnother()
    {
        Of("10.0.0.1", "10.0.0.2");

        Assert.Equal(IPAddress.Parse("10.0.0.1"), _order.Of("other", 80, [IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.1")])[0]);
    }

    [Fact]
    public void Second_IsOfTheOtherFamily() =>
        Assert.Equal("10.0.0.1 2001:db8::1 10.0.0.2 10.0.0.3", Of("2001:db8::1", "10.0.0.1", "10.0.0.2", "10.0.0.3"));

    [Fact]
    public void Address_ThatFailed_ComesLastUntilItsTimeIsOverOrItAnswers()
    {
        _order.Failed(IPAddress.Parse("10.0.0.1"), 80);
        Assert.Equal("10.0.0.2 10.0.0.3 10.0.0.1", Of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
        Assert.Equal("10.0.0.3 10.0.0.2 10.0.0.1", Of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
        _time.Advance(AddressOrder.Avoidance);
        Assert.Equal("10.0.0.3 10.0.0.1 10.0.0.2", Of("10.0.0.1", "10.0.0.2", "10.0.0.3"));

        _order.Failed(IPAddress.Parse("10.0.0.1"), 80);
        _order.Answered(IPAddress.Parse("10.0.0.1"), 80);
        Assert.Equal("10.0.0.1 10.0.0.2 10.0.0.3", Of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
    }

    [Fact]
    public void Addresses_ThatAllFailed_AreAllTried()
    {
        _order.Failed(IPAddress.Parse("10.0.0.1"), 80);
        _order.Failed(IPAddress.Parse("10.0.0.2"), 80);

        Assert.Equal("10.0.0.1 10.0.0.2", Of("10.0.0.1", "10.0.0.2"));
    }

    private string Of(params string[] addresses) => string.Join(' ', _order.Of("name", 80, [.. addresses.Select(IPAddress.Parse)]));
}
