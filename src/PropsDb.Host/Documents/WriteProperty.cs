using PropsDb.Events.Operations;

namespace PropsDb.Host.Documents;

public static class SetPropertyRoute
{
    public static Route Route { get; } = new(Level.Property, null, "PUT", "Sets a property, and adds it, with its collection and document if need be.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var value = ContentBody.Value(request.Required("value"), "/value", request.Limits);
        await request.Write(new SetProperty(request.Target, value), 200, (writer, document) =>
        {
            if (document.Visible[request.Target] is { } property && request.MayRead())
            {
                writer.WritePropertyName("property");
                writer.WriteProperty(request.Target.Property!, property);
            }
            writer.WriteNumber("document_version", document.Version);
        });
    }
}

public static class DeletePropertyRoute
{
    public static Route Route { get; } = new(Level.Property, null, "DELETE", "Removes a property.", Handle);

    private static async Task Handle(DocumentRequest request) =>
        await request.Write(new DeleteProperty(request.Target), 200,
            (writer, document) => writer.WriteNumber("document_version", document.Version));
}
