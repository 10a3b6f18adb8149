using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Administration;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Search;

/// <summary>A tier's declared indexes: paths that are sorted by and compared often.</summary>
public static class IndexRoutes
{
    public static IReadOnlyList<Documents.Route> All { get; } =
    [
        new(Level.Tier, "_indexes", "GET", "Lists the declared indexes of a tier.", List),
        new(Level.Tier, "_indexes/{index}", "GET", "Tells of a declared index, and whether it is in use yet.", Get),
        new(Level.Tier, "_indexes/{index}", "PUT", "Declares an index on a path.", Declare, Documents.Route.Json),
        new(Level.Tier, "_indexes/{index}", "DELETE", "Drops a declared index.", Drop),
    ];

    private static async Task List(DocumentRequest request)
    {
        var app = Administered(request);
        var ready = await Ready(request);
        await app.Send(writer =>
        {
            writer.WriteStartArray("indexes");
            foreach (var (index, path) in app.App.Indexes.Where(i => i.Key.Tier == request.Key.Tier).OrderBy(i => i.Key.Name, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                Write(writer, index.Name, path, ready);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static async Task Get(DocumentRequest request)
    {
        var app = Administered(request);
        if (!app.App.Indexes.TryGetValue(Name(request), out var path)) throw new ProblemException(Problem.NotFound());
        var ready = await Ready(request);
        await app.Send(writer => Write(writer, request.NamedIndex!, path, ready));
    }

    private static async Task Declare(DocumentRequest request)
    {
        var (app, name) = (Administered(request), Name(request));
        if (request.Object.Member("path") is not { } json || !FilterBody.TryPath(json, out var path)) throw ContentBody.Invalid("path is a JSON pointer of 1 to 80 segments, such as /tags/category.", "/path");
        await app.Administer(new DeclareIndex(name.Tier, name.Name, path.ToString()), Administering.CreatedUnless(a => a.Indexes.ContainsKey(name)),
            (writer, after) => Write(writer, name.Name, after.Indexes[name], new HashSet<(string, string)>()));
    }

    private static Task Drop(DocumentRequest request) =>
        Administered(request).Administer(new DropIndex(request.Key.Tier, Name(request).Name), Administering.NoContent, null);

    // What costs every writer of the tier is for who administers it.
    private static AppRequest Administered(DocumentRequest request)
    {
        if (!request.Admission.Caller.IsAdmin) throw AccessGate.Forbidden("requires_role:admin");
        if (!request.Admission.Caller.Administers) throw AccessGate.Forbidden("requires_tier_access");
        return new AppRequest(request.Http, new AppAdmission(request.Admission.Caller, request.Admission.App), new Dictionary<string, string>(StringComparer.Ordinal), request.Body);
    }

    private static IndexName Name(DocumentRequest request) => Names.Fault(request.NamedIndex!) is null && request.NamedIndex!.Length <= 50
        ? new IndexName(request.Key.Tier, request.NamedIndex!) : throw Administering.InvalidName("An index has a name of 1 to 50 characters.");

    private static async Task<IReadOnlySet<(string Path, string Name)>> Ready(DocumentRequest request) =>
        (await request.Service<DocumentQueries>().ReadyIndexes(request.Key.App, request.Key.Tier, request.Cancel)).Select(i => (i.Key, i.Value)).ToHashSet();

    private static void Write(Utf8JsonWriter writer, string name, string path, IReadOnlySet<(string Path, string Name)> ready)
    {
        writer.WriteString("name", name);
        writer.WriteString("path", path);
        writer.WriteString("state", ready.Contains((path, name)) ? "ready" : "building");
    }
}
