using Gateway.LoadBalancing;
using Gateway.Pooling;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Pooling;

public sealed class PermitPoolTests
{
    private readonly PermitPool _pool = new(new WaitingLine(new FakeTimeProvider())) { Permits = 3 };

    [Fact]
    public void Pool_WithPermitsTaken_RefusesTheNext()
    {
        for (var i = 0; i < 3; i++)
            Assert.True(_pool.TryEnter(out _));

        Assert.False(_pool.IsOpen);
        Assert.False(_pool.TryEnter(out _));
        Assert.Equal(3, _pool.InUse);
    }

    [Fact]
    public void Pool_WithAPermitBack_LetsOneIn()
    {
        for (var i = 0; i < 3; i++)
            _pool.TryEnter(out _);

        _pool.Leave(0);

        Assert.True(_pool.IsOpen);
        Assert.True(_pool.TryEnter(out _));
        Assert.False(_pool.TryEnter(out _));
    }

    [Fact]
    public void Pool_WhateverAnAttemptsOutcome_ChangesNothing()
    {
        _pool.TryEnter(out var ticket);

        _pool.Judge(ticket, AttemptOutcome.Failure);
        _pool.Judge(ticket, AttemptOutcome.Success);

        Assert.Equal(1, _pool.InUse);
    }

    [Fact]
    public void Permits_LoweredBelowThoseInUse_ComeBackOneByOne()
    {
        for (var i = 0; i < 3; i++)
            _pool.TryEnter(out _);

        _pool.Permits = 1;

        _pool.Leave(0);
        _pool.Leave(0);
        Assert.False(_pool.TryEnter(out _));
        _pool.Leave(0);
        Assert.True(_pool.TryEnter(out _));
        Assert.False(_pool.TryEnter(out _));
    }

    [Fact]
    public void Permits_Raised_AreThereAtOnce()
    {
        for (var i = 0; i < 3; i++)
            _pool.TryEnter(out _);

        _pool.Permits = 5;

        Assert.True(_pool.TryEnter(out _));
        Assert.True(_pool.TryEnter(out _));
        Assert.False(_pool.TryEnter(out _));
    }

    [Fact]
    public void Pool_UnderManyThreads_IsNeverExceededAndLosesNoPermit()
    {
        _pool.Permits = 7;
        int inside = 0, most = 0, entered = 0;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (!_pool.TryEnter(out var ticket))
                    continue;
                entered++;
                if (Interlocked.Increment(ref inside) is var now && now > Volatile.Read(ref most))
                    most = now;
                Interlocked.Decrement(ref inside);
                _pool.Leave(ticket);
            }
        });

        Assert.InRange(most, 1, 7);
        Assert.True(entered > 0);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void Pool_UnderManyThreadsAtOnce_GivesExactlyItsPermits()
    {
        _pool.Permits = 20;
        var entered = 0;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (_pool.TryEnter(out var _))
                    Interlocked.Increment(ref entered);
            }
        });

        Assert.Equal(20, entered);
        Assert.Equal(20, _pool.InUse);
    }
}
