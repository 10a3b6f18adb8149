using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;
using PropsDb.Projections;

namespace PropsDb.Host.Documents;

/// <summary>One admitted request about a document: what it names, and what it brings.</summary>
public sealed record DocumentRequest(HttpContext Http, Admission Admission, DocumentKey Key, PropertyPath Target, JsonValue? Body)
{
    public Query Query => new(Http.Request.Query);
    public CancellationToken Cancel => Http.RequestAborted;
    public Limits Limits => Service<Settings>().Limits;
    public bool IsRehearsal => Query.Flag("dry_run");

    // Read when the request is made up: a malformed shape must be refused before a write, not while its answer is written.
    public bool AsObject { get; } = new Query(Http.Request.Query).OneOf("shape", "list", "list", "object") is "object";

    public T Service<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

    public ValueTask<Document> Load() => Service<DocumentReader>().Load(Key, Cancel);

    public ValueTask<HeldDocument> Hold() => Service<DocumentReader>().Hold(Key, Cancel);

    /// <summary>The body, which is an object.</summary>
    public JsonValue Object => Body is { Kind: JsonKind.Object } body ? body : throw ContentBody.Invalid("The body is a JSON object.", "");

    public JsonValue Required(string member) => Object.Member(member) ?? throw ContentBody.Invalid($"{member} is missing.", "/" + member);

    // The body of a patch is the patch, so its version is in the header or the query.
    public JsonValue? VersionBody => Http.Request.Method is "PATCH" or "DELETE" ? null : Body;

    public Author Author() => new(Admission.Caller.UserId ?? "anonymous", ChangeMessage.Of(Http.Request), RequestIds.Of(Http));

    public bool IncludesVector => Query.Text("include") is { } include
        && (include is "vector" ? true : throw new ProblemException(Problem.Query("include", "is vector.")));

    /// <summary>The answer of the write holds less than the document, so <c>return=representation</c> adds it.</summary>
    public bool AnswersWithPart { get; init; } = Target.Collection is not null;

    /// <summary>What the write makes beneath its target, as segments of a path; null: the target itself.</summary>
    public string? Made { get; init; }

    /// <summary>The user that stands in the path behind the operation.</summary>
    public string? NamedUser { get; init; }

    /// <summary>The declared index that stands in the path behind the operation.</summary>
    public string? NamedIndex { get; init; }

    /// <summary>Nothing older is shown: a grantee sees the document from the grant's version on.</summary>
    public long Since => Admission.Access.Share is { } share && Ask(DocumentAction.Read).Share is not null ? share.Version : 0;

    /// <summary>Whether the caller may do something else with the same document.</summary>
    public PropsDb.Events.Apps.Access Ask(DocumentAction action) =>
        Http.Ask(Admission.Caller, action, new AccessTarget(Key.App, Admission.App, Key.Tier, Key.Owner, Key.Name));

    public bool MayRead() => Ask(DocumentAction.Read).IsAllowed;
}
