using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Audit;

namespace PropsDb.Host.Audit;

/// <summary>The chain's newest number and hash: kept elsewhere, they prove later that nothing before was rewritten.</summary>
public static class GetAuditHead
{
    public static AppRoute Route { get; } = new("_audit/_head", "GET", "The newest number and hash of the app's chain.", Handle, AdminOnly: true);

    private static async Task Handle(AppRequest request)
    {
        var log = request.Service<AuditLog>();
        await log.CatchUp(request.Cancel);
        var head = await log.Head(request.App.Id, request.Cancel);
        await Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("seq", head.Seq);
            writer.WriteString("hash", Convert.ToHexStringLower(head.Hash));
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }
}
