using System.Globalization;
using Gateway.Refusals;

namespace Gateway.RateLimiting;

/// <summary>Tells a client which limit it met, in the words of RFC 6585 §4 and of draft-ietf-httpapi-ratelimit-headers.</summary>
internal static class RateLimitRefusal
{
    public static Refusal Of(RefusedLease lease)
    {
        var scope = lease.ScopeName;
        var seconds = Refusal.WholeSeconds(lease.RetryAfter);
        var window = Refusal.WholeSeconds(lease.Rate.FillTime);
        return new Refusal
        {
            Status = StatusCodes.Status429TooManyRequests,
            Title = "Rate limit exceeded",
            Gate = "rate-limit",
            Scope = scope,
            ProxyStatusError = "http_request_denied",
            GrpcStatus = Refusal.GrpcResourceExhausted,
            Detail = string.Create(CultureInfo.InvariantCulture,
                $"The {Whose(lease.Scope)} limit of {lease.Rate.Limit} requests is used up; the next one is possible in {seconds} s."),
            RetryAfter = seconds,
            Seen = lease,
            Headers =
            [
                new("RateLimit-Policy", string.Create(CultureInfo.InvariantCulture, $"\"{scope}\";q={lease.Rate.Limit};w={window}")),
                new("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{scope}\";r=0;t={seconds}")),
            ],
        };
    }

    private static string Whose(LimitScope scope) => scope switch
    {
        LimitScope.Client => "client's",
        LimitScope.Global => "gateway's",
        _ => "route's",
    };
}
