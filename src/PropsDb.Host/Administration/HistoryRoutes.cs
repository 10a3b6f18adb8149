using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>The histories of an app's set-up and of its users: every fact of their streams, newest first, like a document's.</summary>
public static class HistoryRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_history", "GET", "Tells how the app came to be set up as it is, newest first.", request => Send(request, user: null), true),
        new("_users/{user}/_history", "GET", "Tells what a user was given and lost, newest first.", request => Send(request, request.User()), true),
    ];

    private static async Task Send(AppRequest request, string? user)
    {
        var limit = (int)(request.Query.Number("limit", 1, 500) ?? 10);
        var before = request.Query.Number("before", 1, long.MaxValue) ?? long.MaxValue;
        var events = await request.Service<AppHistory>().Before(request.App.Id, user, before, limit + 1, request.Cancel);
        await request.Send(writer =>
        {
            writer.WriteStartArray("history");
            foreach (var e in events.Take(limit))
            {
                writer.WriteStartObject();
                writer.WriteNumber("number", e.Number);
                writer.WriteTime("at", e.At);
                writer.WriteString("by", e.By);
                writer.WriteString("action", e.Action);
                if (e.Message is not null) writer.WriteString("message", e.Message);
                writer.WritePropertyName("data");
                writer.WriteRawValue(e.Data, skipInputValidation: true);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            if (events.Count > limit) writer.WriteNumber("next", events[limit - 1].Number);
            else writer.WriteNull("next");
        });
    }
}
