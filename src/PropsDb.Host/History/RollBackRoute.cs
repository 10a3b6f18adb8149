using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.History;

public static class RollBackRoute
{
    public static IReadOnlyList<Documents.Route> Routes { get; } =
    [
        .. new[] { Level.Document, Level.Collection, Level.Property }.Select(level =>
            new Documents.Route(level, "_rollback", "POST", "Makes it equal to what it was at a version, by a new commit.", Handle, Documents.Route.Json)),
    ];

    private static async Task Handle(DocumentRequest request)
    {
        var to = request.Number("to_version");
        await request.Present();
        await (request with { AnswersWithPart = false }).Write(new RollBack(await request.AtVersion(to), request.Target), 200, request.DocumentBody());
    }

    /// <summary>A version that the body names beside the one it builds on.</summary>
    public static long Number(this DocumentRequest request, string member) =>
        request.Required(member) is { Kind: JsonKind.Number } value && Versions.TryParse(value.ToString(), out var number)
            ? number
            : throw ContentBody.Invalid($"{member} is a version.", "/" + member);
}
