using PropsDb.Events.Operations;
using PropsDb.Host.History;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

public static class GetProperty
{
    public const string BareValue = "application/vnd.propsdb.value+json";

    public static Route Route { get; } = new(Level.Property, null, "GET", $"Reads a property; with Accept: {BareValue} its value alone.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var bare = Accepts.Best(request.Http.Request, Route.Json, BareValue) == BareValue;
        var held = await request.Asked();
        var document = held.State;
        var property = document.Content[request.Target] ?? throw new ProblemException(Replies.Of(Rejection.NotFound(request.Target)));
        if (bare)
        {
            await Replies.ReadBare(request, held, property.Value);
            return;
        }
        await Replies.Read(request, held, writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("property");
            writer.WriteProperty(request.Target.Property!, property);
            writer.WriteNumber("document_version", document.Version);
            writer.WriteEndObject();
        });
    }
}
