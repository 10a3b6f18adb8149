using PropsDb.Events.Operations;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.History;

public static class UndoRoute
{
    public static Documents.Route Route { get; } = new(Level.Document, "_undo", "POST", "Takes one commit back, where nothing later touched the same paths.", Handle, Documents.Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var commit = request.Number("commit");
        await request.Known();
        if (commit <= request.Since) throw new ProblemException(new Problem("version_not_found", $"There is no commit {commit}."));
        var undone = await request.Service<CommitsToUndo>().Undone(request.Key, [commit], request.Cancel)
            ?? throw new ProblemException(new Problem("version_not_found", $"There is no commit {commit}."));
        await request.Write(new UndoCommits(undone), 200, request.DocumentBody(), created: 200);
    }
}

public static class RestoreRoute
{
    public static Documents.Route Route { get; } = new(Level.Document, "_restore", "POST", "Brings a deleted document back as it was.", Handle, Documents.Route.Json) { IsBodyOptional = true };

    private static Task Handle(DocumentRequest request) => request.Write(new RestoreDocument(), 200, request.DocumentBody(), created: 200);
}
