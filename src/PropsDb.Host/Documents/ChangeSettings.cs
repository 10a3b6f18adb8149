using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Host.Documents;

public static class ChangeSettingsRoute
{
    private const string Member = "conflict_resolution_strategy";

    public static Route Route { get; } = new(Level.Document, "_settings", "PUT", "Gives a document a conflict strategy of its own; null: the tier's.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var strategy = request.Required(Member) switch
        {
            { Kind: JsonKind.Null } => null,
            { Kind: JsonKind.String } text when ConflictStrategies.TryParse(text.AsText(), out _) => text.AsText(),
            _ => throw ContentBody.Invalid($"{Member} is manual, merge, last_write_wins or null.", "/" + Member),
        };
        await request.Write(new ChangeSettings(strategy), 200, (writer, document) =>
        {
            writer.WriteStartObject("settings");
            writer.WriteString(Member, document.Strategy);
            writer.WriteEndObject();
        });
    }
}
