using Gateway.LoadBalancing;

namespace Gateway.Forwarding;

/// <summary>Decides whether an attempt that came to nothing is followed by another one, and takes what that needs: a retry of the budget.</summary>
internal sealed class Retries(Chooser chooser, ForwardingMetrics metrics)
{
    /// <summary>Whether to choose a destination for another attempt, with the attempt's wish as it then is.</summary>
    public bool MayRepeat(Attempt attempt, UpstreamFailure failure)
    {
        var exchange = attempt.Exchange;
        exchange.LastFailure = failure.Refusal;
        if (!failure.NothingCame || exchange.Context.Response.HasStarted || !IsRepeatable(attempt, !attempt.Sent || failure.NotProcessed))
            return false;
        var others = Others(attempt);
        var isAnyLeft = chooser.IsAnyLeft(others);
        if ((!isAnyLeft && !failure.KeptAliveFoundClosed && !failure.GivenBack) || !TryTakeRetry(attempt))
            return false;
        if (isAnyLeft)
            attempt.Wish = others;
        attempt.NeedsNewConnection |= failure.KeptAliveFoundClosed;
        attempt.NeedsPause = !isAnyLeft && failure.GivenBack;
        return true;
    }

    /// <summary>
    /// Whether the answer with this status is discarded for another attempt. It is when that attempt is certain:
    /// its destination is admitted at once, as the answer cannot be had back.
    /// </summary>
    public bool TryFollow(Attempt attempt, int status)
    {
        if (!(attempt.FailedByStatus = attempt.Budget!.Settings.StatusCodes.Contains(status)) || !IsRepeatable(attempt, notProcessed: false) || !TryAdmit(attempt))
        {
            // From here on the answer is the client's.
            attempt.Kept?.StopKeeping();
            return false;
        }
        return true;
    }

    private bool TryAdmit(Attempt attempt)
    {
        var others = Others(attempt);
        if (!chooser.IsAnyLeft(others) || chooser.ChooseNow(others) is not { IsAdmitted: true } choice)
            return false;
        if (!TryTakeRetry(attempt) || attempt.Kept?.TryHold() is false)
        {
            choice.Admission.Leave();
            return false;
        }
        attempt.Wish = others;
        attempt.FollowWith(choice.Admission);
        return true;
    }

    private static bool IsRepeatable(Attempt attempt, bool notProcessed)
    {
        var exchange = attempt.Exchange;
        var context = exchange.Context;
        return exchange.Attempts < attempt.Budget!.Settings.Attempts
            && !context.RequestAborted.IsCancellationRequested
            && (notProcessed || IsIdempotent(attempt.Method))
            // What was read of the client's body cannot be read again, unless it was kept.
            && (attempt.RequestBody is not { ReadingBegan: true } || attempt.Kept is { IsWhole: true });
    }

    // RFC 9110 §9.2.2.
    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);

    private static Wish Others(Attempt attempt) => attempt.Wish with { Tried = [.. attempt.Wish.Tried ?? [], attempt.Destination] };

    private bool TryTakeRetry(Attempt attempt)
    {
        if (attempt.Budget!.TryTakeRetry())
            return true;
        metrics.Retried(attempt.Wish.Cluster.ClusterId, "budget_exhausted");
        return false;
    }
}
