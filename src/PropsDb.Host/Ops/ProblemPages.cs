using System.Text;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Ops;

/// <summary><c>/problems/{code}</c>: what an answer's <c>type</c> leads to.</summary>
public static class ProblemPages
{
    public static ServiceRoute Route { get; } = new("/problems/{code}", "getProblem", "Explains an error code.", Handle) { MediaType = "text/plain", Problems = ["not_found"] };

    private static Task Handle(HttpContext http)
    {
        var code = ((string)http.GetRouteValue("code")!).Replace('-', '_');
        if (!Problem.Codes.TryGetValue(code, out var meaning) || !string.Equals(http.Request.Path, Problem.TypeOf(code), StringComparison.Ordinal))
            throw new ProblemException(Problem.NotFound());
        var text = $"{code} ({meaning.Status})\n\n{meaning.Title}\n{Advice(code)}\n";
        return Reply.Send(http, 200, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");
    }

    /// <summary>What a client does about it.</summary>
    public static string Advice(string code) => code switch
    {
        "invalid_json" => "Send JSON as RFC 8259 has it, in UTF-8, without duplicate member names or lone surrogates.",
        "invalid_header" => "Correct the header that detail names, or leave it out.",
        "invalid_name" => "Names have 1 to 255 characters in NFC, no control characters, no blanks at the ends, and are not . or ..",
        "invalid_value" => "errors has a JSON pointer to each value at fault, and the reason.",
        "invalid_version" => "A version is a whole number; in If-Match it is quoted: If-Match: \"5\".",
        "invalid_query" => "Correct the query parameter that detail names, or leave it out.",
        "invalid_position" => "Use a position that this service gave out for this app, unchanged.",
        "version_ambiguous" => "Name the version once: in If-Match, in the body or in the query.",
        "unauthenticated" => "Send Authorization: Bearer with a token that has not expired, or X-App-Key.",
        "forbidden" => "reason says what the caller lacks. Sending the request again changes nothing.",
        "not_found" => "It does not exist, was deleted, or is not the caller's to see.",
        "version_not_found" => "The document did not exist in that version or at that time; its history lists the versions there are.",
        "method_not_allowed" => "Allow lists the methods that the resource knows.",
        "not_acceptable" => "Ask for a media type that detail names, or leave Accept out.",
        "request_timeout" => "Send the body without pauses.",
        "version_conflict" => "conflicts lists the paths that both sides changed. Merge, and write again on the version in actual.",
        "already_exists" => "Read it, and write on its version.",
        "not_empty" => "Remove what it holds first.",
        "test_failed" => "Read the document, and decide again.",
        "sequence_gap" => "Send the sequence number in expected first.",
        "idempotency_in_progress" => "Wait for Retry-After seconds, and send the same request again.",
        "position_gone" => "Read the documents anew, and go on from the position of now.",
        "too_large" => "The limits in force are at the service's root URL.",
        "unsupported_media_type" => "Accept-Post and Accept-Patch list the media types of a body.",
        "patch_failed" => "The patch names a path that is not there. Read the document, and make the patch again.",
        "idempotency_mismatch" => "An Idempotency-Key belongs to one request; another request needs another key.",
        "version_required" => "Read the document, and send its version in If-Match.",
        "rate_limited" => "Wait for Retry-After seconds. RateLimit-Policy says how much is allowed.",
        "internal" => "Tell whoever runs the service the request_id.",
        "unavailable" => "Nothing was written. Wait for Retry-After seconds, and send the request again.",
        "outcome_unknown" => "Send the same request again with the same Idempotency-Key: it will not be applied twice.",
        "query_timeout" => "Ask for less: a narrower filter, a smaller page.",
        _ => "",
    };
}
