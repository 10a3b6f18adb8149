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

    public bool AsObject => Query.OneOf("shape", "list", "list", "object") is "object";

    public T Service<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

    public Task<Document> Load() => Service<DocumentReader>().Load(Key, Cancel);

    /// <summary>The body, which is an object.</summary>
    public JsonValue Object => Body is { Kind: JsonKind.Object } body ? body : throw ContentBody.Invalid("The body is a JSON object.", "");

    public JsonValue Required(string member) => Object.Member(member) ?? throw ContentBody.Invalid($"{member} is missing.", "/" + member);

    public Task<Outcome> Transact(Operation operation) => Transact(Key, operation, Versions.Precondition(Http.Request, Target, VersionBody));

    public Task<Outcome> Transact(DocumentKey key, Operation operation, Precondition precondition)
    {
        // What the answer will look like is read before the append: a request that fails must not have written.
        _ = AsObject;
        var strategy = Query.Strategy("on_conflict") ?? Admission.Tier.Strategy;
        var write = new Write(key, operation, precondition, strategy, Admission.Tier.RequiresVersion);
        // From here on the client's going away changes nothing: an append that has begun is seen through.
        return Service<DocumentStreams>().Transact(write, Author(), IsRehearsal, Cancel);
    }

    // The body of a patch is the patch, so its version is in the header or the query.
    private JsonValue? VersionBody => Http.Request.Method is "PATCH" or "DELETE" ? null : Body;

    private Author Author() => new(Admission.Caller.UserId ?? "anonymous", Message: ChangeMessage.Of(Http.Request), RequestId: RequestIds.Of(Http));

    public bool MayRead() =>
        AccessPolicy.Allows(Admission.Caller, DocumentAction.Read, Admission.App.Id, Admission.App, Admission.Tier.Name, Admission.Owner).IsAllowed;
}
