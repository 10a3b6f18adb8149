using PropsDb.Host.Legacy;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Http;

/// <summary>
/// Slows down whoever tries credentials: an address whose credentials were refused too often is not asked for them for a while. Requests
/// without credentials do not count.
/// </summary>
public static class FailedSignIns
{
    private static readonly string[] Credentials = ["Authorization", "X-App-Key", "Stripe-Signature", "X-PropsDb-Signature"];

    public static IApplicationBuilder UseFailedSignInLimit(this IApplicationBuilder app)
    {
        var perSecond = app.ApplicationServices.GetRequiredService<Settings>().RateLimits.FailedPerSource;
        if (perSecond == 0) return app;
        var limiter = RateLimiting.Buckets(perSecond);
        app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(limiter.Dispose);
        return app.Use(async (http, next) =>
        {
            if (!Credentials.Any(http.Request.Headers.ContainsKey) && !http.Request.Cookies.ContainsKey(LegacyAccess.CookieName))
            {
                await next(http);
                return;
            }
            var source = RateLimiting.Source(http);
            // Asking for a lease of nothing would do with the smallest part of a token.
            if (limiter.GetStatistics(source) is { CurrentAvailablePermits: < 1 }) throw new ProblemException(Refusal());
            try
            {
                await next(http);
            }
            catch (ProblemException e) when (e.Problem.Code is "unauthenticated")
            {
                limiter.AttemptAcquire(source).Dispose();
                throw;
            }
        });
    }

    private static Problem Refusal() => new("rate_limited", "Too many credentials from this address were refused.")
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "1" },
    };
}
