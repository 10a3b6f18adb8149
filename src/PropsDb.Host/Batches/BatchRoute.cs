using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Batches;

public static class BatchRoute
{
    private const int MaxDeviceLength = 255;

    public static Documents.Route Route { get; } = new(Level.Document, "_batch", "POST", "Does several operations on a document, all or nothing, in one commit.", Handle, Documents.Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var batch = BatchBody.Operations(request.Required("operations"), "/operations", request.Limits);
        request.Service<RateLimiting>().CountOperations(request.Http, request.Key.App, request.Admission.Caller, batch.Steps.Count);
        var (device, place) = Sender(request.Object);
        var precondition = Versions.Precondition(request.Http.Request, request.Target, request.Body);
        await request.Write(batch, precondition, 200, (writer, document) =>
        {
            writer.WriteNumber("document_version", document.Version);
            writer.WriteResults(batch.Steps);
        }, created: 201, Strategy(request.Object), place, device);
    }

    /// <summary>The strategy that a batch names beside its operations.</summary>
    public static ConflictStrategy? Strategy(JsonValue body) => body.Member("on_conflict") switch
    {
        null or { Kind: JsonKind.Null } => null,
        { Kind: JsonKind.String } text when ConflictStrategies.TryParse(text.AsText(), out var strategy) => strategy,
        _ => throw ContentBody.Invalid("on_conflict is manual, merge or last_write_wins.", "/on_conflict"),
    };

    // A device may name itself without counting its batches.
    private static (string? Device, DeviceSequence? Place) Sender(JsonValue body)
    {
        var (device, sequence) = (body.Member("device"), body.Member("sequence"));
        if (device is null && sequence is null) return (null, null);
        if (device is not { Kind: JsonKind.String } text || text.AsText() is not { Length: > 0 and <= MaxDeviceLength } name || name.Any(char.IsControl))
            throw ContentBody.Invalid($"device is a text of 1 to {MaxDeviceLength} characters.", "/device");
        if (sequence is null) return (name, null);
        return sequence is { Kind: JsonKind.Number } && Versions.TryParse(sequence.ToString(), out var number) && number > 0
            ? (name, new DeviceSequence(name, number))
            : throw ContentBody.Invalid("sequence is a whole number from 1 on.", "/sequence");
    }
}
