using System.Globalization;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Audit;

namespace PropsDb.Host.Audit;

/// <summary>Recomputes the chain from the events, and names the first event that is not as it was.</summary>
public static class VerifyAudit
{
    public static AppRoute Route { get; } = new("_audit/_verify", "POST", "Recomputes the app's chain and names the first event that is not as it was.", Handle, true, Documents.Route.Json) { IsBodyOptional = true };

    private static async Task Handle(AppRequest request)
    {
        var known = Known(request);
        await request.Service<AuditLog>().CatchUp(request.Cancel);
        var finding = await request.Service<AuditVerification>().Of(request.App.Id, known, request.Cancel);
        await Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("valid", finding.FirstBad is null);
            writer.WriteNumber("checked", finding.Checked);
            if (finding.FirstBad is { } bad)
            {
                writer.WriteStartObject("first_bad");
                writer.WriteNumber("seq", bad.Seq);
                writer.WriteString("wrong", bad.Wrong);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }

    private static ChainHead? Known(AppRequest request)
    {
        if (request.Body is null || request.Object.Member("head") is null or { Kind: JsonKind.Null }) return null;
        var head = request.Object.Member("head")!;
        if (head is not { Kind: JsonKind.Object }) throw ContentBody.Invalid("head is what _head answered: an object with seq and hash.", "/head");
        if (head.Member("seq") is not { Kind: JsonKind.Number } number || !long.TryParse(number.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            throw ContentBody.Invalid("seq is a whole number from 0 on.", "/head/seq");
        if (head.Member("hash") is not { Kind: JsonKind.String } hash || hash.AsText() is not { Length: 64 } text || !text.All(char.IsAsciiHexDigit))
            throw ContentBody.Invalid("hash is 64 hexadecimal digits.", "/head/hash");
        return new ChainHead(seq, Convert.FromHexString(text));
    }
}
