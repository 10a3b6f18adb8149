using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using PropsDb.Host.Access;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Http;

/// <summary>
/// Requests a second for each app, user and key, as token buckets that hold one second's worth. It stands behind the access gate, which knows
/// whom to count for, and says with every answer what is left (draft-ietf-httpapi-ratelimit-headers).
/// </summary>
public sealed class RateLimiting : IAsyncDisposable
{
    private readonly List<Policy> _policies = [];

    public RateLimiting(Settings settings)
    {
        var limits = settings.RateLimits;
        Add("app", limits.PerApp, r => r.App);
        Add("user", limits.PerUser, r => r.Caller is { IsSignedIn: true } caller ? caller.UserId : r.Http.Request.Headers.ContainsKey("X-App-Key") ? null : Source(r.Http));
        Add("key", limits.PerKey, r => r.Http.Request.Headers["X-App-Key"] is [{ } key] ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))) : null);

        void Add(string name, int perSecond, Func<Counted, string?> key)
        {
            if (perSecond > 0) _policies.Add(new Policy(name, perSecond, key, Buckets(perSecond)));
        }
    }

    private sealed record Counted(HttpContext Http, string App, PropsDb.Events.Apps.Caller Caller);

    private sealed record Policy(string Name, int PerSecond, Func<Counted, string?> KeyOf, PartitionedRateLimiter<string> Limiter);

    public bool IsOn => _policies.Count > 0;

    /// <summary>Counts a request that was let in; a refusal counts nowhere but where it was refused.</summary>
    public void Count(HttpContext http, string app, PropsDb.Events.Apps.Caller caller) => Count(http, app, caller, _ => 1);

    /// <summary>Counts the operations of a batch, of which the request itself was one; what is more than a bucket holds takes the whole bucket.</summary>
    public void CountOperations(HttpContext http, string app, PropsDb.Events.Apps.Caller caller, int operations) =>
        Count(http, app, caller, policy => Math.Min(operations, policy.PerSecond) - 1);

    private void Count(HttpContext http, string app, PropsDb.Events.Apps.Caller caller, Func<Policy, int> permits)
    {
        var counted = new Counted(http, app, caller);
        List<string> policies = [], left = [];
        foreach (var policy in _policies)
        {
            if (policy.KeyOf(counted) is not { } key) continue;
            // Users of two apps are two users, whatever their ids.
            if (policy.Name is "user") key = $"{counted.App}\n{key}";
            using var lease = policy.Limiter.AttemptAcquire(key, permits(policy));
            policies.Add($"\"{policy.Name}\";q={policy.PerSecond};w=1");
            left.Add(string.Create(CultureInfo.InvariantCulture, $"\"{policy.Name}\";r={policy.Limiter.GetStatistics(key)?.CurrentAvailablePermits ?? 0};t=1"));
            if (!lease.IsAcquired) throw new ProblemException(Refusal($"The {policy.Name} has sent more than {policy.PerSecond} requests in a second.", policies, left));
        }
        if (policies.Count == 0) return;
        http.Response.Headers["RateLimit-Policy"] = string.Join(", ", policies);
        http.Response.Headers["RateLimit"] = string.Join(", ", left);
    }

    private static Problem Refusal(string detail, List<string> policies, List<string> left) => new("rate_limited", detail)
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Retry-After"] = "1",
            ["RateLimit-Policy"] = string.Join(", ", policies),
            ["RateLimit"] = string.Join(", ", left),
        },
    };

    /// <summary>A bucket for each key that was seen of late.</summary>
    internal static PartitionedRateLimiter<string> Buckets(int perSecond) => PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = perSecond,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = true,
    }), StringComparer.Ordinal);

    /// <summary>Where a request comes from; whoever has an IPv6 network can use all of it.</summary>
    internal static string Source(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var policy in _policies) await policy.Limiter.DisposeAsync();
    }
}

public static class RateLimitingPipeline
{
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<RateLimiting>();
        return !limits.IsOn ? app : app.Use((http, next) =>
        {
            if (http.Features.Get<Admission>() is { } admission) limits.Count(http, admission.App.Id, admission.Caller);
            else if (http.Features.Get<AppAdmission>() is { } app) limits.Count(http, app.App?.Id ?? "", app.Caller);
            return next(http);
        });
    }
}
