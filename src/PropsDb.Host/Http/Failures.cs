using System.Data.Common;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using PropsDb.Host.Legacy;
using PropsDb.Projections;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Http;

/// <summary>The one place where a refusal or a failure becomes an answer.</summary>
public static partial class Failures
{
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.ContentLength is null && Bare(http) is { } bare) await bare.Write(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            http.Abort();
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await Of(e, http).Write(http);
        }
    });

    /// <summary>What the client is told of it; a failure is logged.</summary>
    public static Problem Of(Exception e, HttpContext http)
    {
        var problem = e switch
        {
            ProblemException p => p.Problem,
            BadHttpRequestException { StatusCode: 413 } => new Problem("too_large", "The request's body is larger than the limit."),
            BadHttpRequestException { StatusCode: 408 } => new Problem("request_timeout", "The request's body came too slowly."),
            BadHttpRequestException => new Problem("invalid_json", "The request's body could not be read."),
            OutcomeUnknownException => new Problem("outcome_unknown", "The connection to the database broke during the commit. Repeating with the same Idempotency-Key is safe."),
            AuthorizerUnreachableException => new Problem("unavailable", "Who asks could not be found out."),
            QueryTimeoutException => new Problem("query_timeout", "The query took longer than its time. Narrow it, or declare an index for what it sorts by or compares."),
            IndexBehindException => new Problem("unavailable", "The search index does not include what was asked for yet."),
            NotCommittedException or DbException or TimeoutException => new Problem("unavailable", "The database cannot be used now."),
            _ => new Problem("internal", "The service failed; its log has more under this request's id."),
        };
        if (e is not (ProblemException or QueryTimeoutException or IndexBehindException) && Problem.Codes[problem.Code].Status >= 500)
        {
            LogFailure(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("PropsDb.Host.Requests"), e, problem.Code, RequestIds.Of(http));
        }
        return problem;
    }

    // Answers that routing and the server make without a body.
    private static Problem? Bare(HttpContext http) => http.Response.StatusCode switch
    {
        404 => Problem.NotFound(),
        405 => new Problem("method_not_allowed", "The resource does not know this method.")
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Allow"] = http.Response.Headers.Allow.ToString() },
        },
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Code} on request {RequestId}")]
    private static partial void LogFailure(ILogger log, Exception e, string code, string requestId);
}
