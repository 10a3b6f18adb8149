using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Projections;

namespace PropsDb.Host.Http;

/// <summary>A refusal on its way to the client: RFC 9457, with the product's stable code in <c>error</c>.</summary>
public sealed record Problem(string Code, string Detail, IReadOnlyList<BodyFault>? Faults = null)
{
    /// <summary>Where one code has two statuses, the other one.</summary>
    public int? Status { get; init; }

    /// <summary>Members beside the standard ones.</summary>
    public Action<Utf8JsonWriter>? More { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Every code there is: its status, and what it says in general.</summary>
    public static IReadOnlyDictionary<string, (int Status, string Title)> Codes { get; } = new Dictionary<string, (int, string)>(StringComparer.Ordinal)
    {
        ["invalid_json"] = (400, "The body is not valid JSON."),
        ["invalid_header"] = (400, "A header is malformed."),
        ["invalid_name"] = (400, "A name is not allowed."),
        ["invalid_value"] = (400, "A value is not allowed."),
        ["invalid_version"] = (400, "A version is malformed."),
        ["invalid_query"] = (400, "A query, or a parameter of one, is malformed."),
        ["invalid_position"] = (400, "A position was not given out for this app."),
        ["version_ambiguous"] = (400, "The write names two versions."),
        ["unauthenticated"] = (401, "Valid credentials are needed."),
        ["forbidden"] = (403, "The caller may not do this."),
        ["not_found"] = (404, "There is nothing here."),
        ["version_not_found"] = (404, "The document was absent in this version."),
        ["method_not_allowed"] = (405, "The resource does not know this method."),
        ["not_acceptable"] = (406, "No representation of the resource is acceptable."),
        ["request_timeout"] = (408, "The request came too slowly."),
        ["version_conflict"] = (409, "The document has changed since the version that the write builds on."),
        ["already_exists"] = (409, "It is there already."),
        ["not_empty"] = (409, "It is not empty."),
        ["test_failed"] = (409, "A test of the write does not hold."),
        ["sequence_gap"] = (409, "A sequence number was left out."),
        ["idempotency_in_progress"] = (409, "The first request with this key is still running."),
        ["position_gone"] = (410, "The position is no longer kept."),
        ["too_large"] = (413, "A limit on size is exceeded."),
        ["unsupported_media_type"] = (415, "The body's media type is not supported here."),
        ["patch_failed"] = (422, "The patch does not fit the document."),
        ["idempotency_mismatch"] = (422, "The key was used for another request."),
        ["version_required"] = (428, "The write must name the version that it builds on."),
        ["rate_limited"] = (429, "Too many requests."),
        ["internal"] = (500, "The service failed."),
        ["unavailable"] = (503, "The service cannot answer now."),
        ["outcome_unknown"] = (503, "Whether the write happened could not be found out."),
        ["query_timeout"] = (503, "The query took too long."),
    };

    private static readonly Counter<long> Rejections = Measures.Meter.CreateCounter<long>("propsdb.rejections", "{answer}", "Answers that are problems, by their code.");

    /// <summary>Where the code is explained, relative to the service.</summary>
    public static string TypeOf(string code) => "/problems/" + code.Replace('_', '-');

    /// <summary>Counts an answer that is no success, whatever its form.</summary>
    public static void Count(string code) => Rejections.Add(1, new KeyValuePair<string, object?>("code", code));

    public async Task Write(HttpContext http)
    {
        Count(Code);
        var (status, title) = Codes[Code];
        status = Status ?? status;
        var response = http.Response;
        response.Clear();
        ResponseHeaders.Apply(http);
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        // The server will not read such a body to its end, so the client must not send another request behind it.
        if (http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize) response.Headers.Connection = "close";
        if (status == 401) response.Headers.WWWAuthenticate = "Bearer";
        if (status == 503) response.Headers.RetryAfter = "1";
        foreach (var (name, value) in Headers ?? new Dictionary<string, string>(StringComparer.Ordinal)) response.Headers[name] = value;
        var body = Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", TypeOf(Code));
            writer.WriteString("title", title);
            writer.WriteNumber("status", status);
            writer.WriteString("detail", Detail);
            writer.WriteString("error", Code);
            writer.WriteString("request_id", RequestIds.Of(http));
            if (Faults is { Count: > 0 })
            {
                writer.WriteStartArray("errors");
                foreach (var (pointer, detail) in Faults)
                {
                    writer.WriteStartObject();
                    writer.WriteString("pointer", JsonPointer.Nearest(pointer));
                    writer.WriteString("detail", detail);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }
            More?.Invoke(writer);
            writer.WriteEndObject();
        });
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    public static Problem NotFound(string detail = "There is nothing here.") => new("not_found", detail);

    public static Problem Query(string name, string detail) => new("invalid_query", $"{name}: {detail}");
}

/// <summary>Unwinds a request to the one place that writes problems; parsing at the door uses it, decisions do not.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
