using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Legacy;

/// <summary>Every refusal and failure on <c>/api</c> beside <c>/api/v1</c>, in the form that Jam Build's clients know.</summary>
public static class LegacyErrors
{
    public static IApplicationBuilder UseLegacyErrors(this IApplicationBuilder app)
    {
        if (!app.ApplicationServices.GetRequiredService<Settings>().IsLegacyEnabled) return app;
        return app.UseWhen(LegacyRoutes.AreMeantBy, legacy => legacy.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
            {
                await Write(http, Failures.Of(e, http));
            }
        }));
    }

    private static Task Write(HttpContext http, Problem problem)
    {
        var status = problem.Status ?? Problem.Codes[problem.Code].Status;
        status = status switch
        {
            401 => 403,
            408 or 415 => 400,
            >= 500 => 500,
            _ => status,
        };
        var place = problem.Faults is [{ Pointer: var pointer }, ..] ? pointer : "";
        var type = status switch
        {
            403 => RefusedRole(http) is { } role ? $"data.authorization.{role}" : "data.authorization",
            // What is wrong with one of the collections, and not with their being there.
            400 => place.StartsWith("/collections/", StringComparison.Ordinal) ? "data.validation.input.collections" : "data.validation.input",
            _ => problem.Code,
        };
        return Write(http, problem.Code, status, type, place.Length > 0 ? $"{problem.Detail} At {place}." : problem.Detail, problem.Headers);
    }

    // Null where there were no credentials that could have been refused.
    private static string? RefusedRole(HttpContext http) => LegacyAccess.Credentials(http.Request) is not null
        && http.Features.Get<Address>()?.Segments is ["api", "data", var tier, ..] ? LegacyAccess.RoleOf(tier) : null;

    /// <summary>The document has moved on: what collides, in the numbers that these routes count in.</summary>
    public static Task WriteConflict(LegacyRequest request, VersionConflict conflict, long expected, Guid conflictId)
    {
        var remote = conflict.Remote;
        var shown = conflict with
        {
            Expected = expected,
            Actual = remote.LifeVersion,
            Remote = remote with { Version = remote.LifeVersion },
            Conflicts = [.. conflict.Conflicts.Select(c => c with { RemoteCommit = InLife(c.RemoteCommit, remote) })],
        };
        var message = remote.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"E_VERSION: the write builds on version {expected}, but the document is at version {remote.LifeVersion}.")
            : string.Create(CultureInfo.InvariantCulture, $"E_VERSION: the write builds on version {expected}, but there is no such document.");
        return Write(request.Http, conflict.Code, 409, "version", message, headers: null, remote, writer => writer.WriteConflict(request.Inner, request.Key, shown, conflictId, request.Inner.MayRead()));
    }

    private static Commit? InLife(Commit? commit, Document document) => commit is null ? null : commit with { Version = commit.Version - document.VersionsBeforeLife };

    private static Task Write(
        HttpContext http, string code, int status, string type, string message, IReadOnlyDictionary<string, string>? headers, Document? document = null, Action<Utf8JsonWriter>? more = null)
    {
        Problem.Count(code);
        http.Response.Clear();
        ResponseHeaders.Apply(http);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>(StringComparer.Ordinal)) http.Response.Headers[name] = value;
        if (document is { Exists: true }) LegacyReplies.Stamp(http, document);
        return Reply.Send(http, status, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("status", status);
            writer.WriteString("message", message);
            writer.WriteBoolean("ok", false);
            writer.WriteBoolean("versionError", more is not null);
            writer.WriteTime("timestamp", http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
            writer.WriteString("url", http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            writer.WriteString("type", type);
            more?.Invoke(writer);
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }
}
