using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.History;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

public static class CopyDocument
{
    public static Route Route { get; } = new(Level.Document, "_copy", "POST", "Makes a new document with this one's content.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var to = request.Required("to");
        var tierName = to.Text("tier", "/to") ?? request.Key.Tier;
        var name = to.Text("document", "/to") ?? throw ContentBody.Invalid("to names a document.", "/to/document");
        var (caller, app) = (request.Admission.Caller, request.Admission.App);
        var access = request.Http.Ask(caller, DocumentAction.Write, new AccessTarget(app.Id, app, tierName, null, name));
        if (AccessGate.Refusal(access) is { } refusal) throw new ProblemException(refusal);
        if (Names.DocumentFault(name) is { } fault) throw new ProblemException(new Problem("invalid_name", fault, [new("/to/document", fault)]));

        var source = await request.Present();
        var tier = access.Tier!;
        var target = new DocumentKey(app.Id, tier.Name, AccessGate.OwnerOf(tier, caller, named: null), name);
        var copy = request with { Key = target, Admission = request.Admission with { Access = access, Owner = target.Owner } };
        var operation = new CreateDocument([.. source.Content.Collections.Select(c =>
            new NamedCollection(c.Key, [.. c.Value.Properties.Select(p => new NamedValue(p.Key, p.Value.Value))]))]);
        await copy.Write(operation, Precondition.None, 201, copy.DocumentBody());
    }
}
