using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>Does an administrator's operation and answers it: the one way of every route that changes an app.</summary>
public static class Administering
{
    public static Task Administer(this AppRequest request, AppOperation operation, Func<App, App, int> status, Action<Utf8JsonWriter, App>? body) =>
        request.Administer(request.App.Id, operation, status, body);

    /// <param name="status">From the app before and after.</param>
    /// <param name="body">The members of the answer; null: it has no body.</param>
    /// <param name="location">The URL of what a 201 made.</param>
    /// <param name="keeps">False: the answer is not kept for repetitions of the request, which the operation tells by itself.</param>
    public static async Task Administer(
        this AppRequest request, string app, AppOperation operation, Func<App, App, int> status, Action<Utf8JsonWriter, App>? body, string? location = null, bool keeps = true)
    {
        Reply Build(AppOutcome outcome, bool isRehearsal) => body is null && !isRehearsal
            ? new Reply(status(outcome.Before, outcome.After), null, null, default)
            : new Reply(status(outcome.Before, outcome.After) is var s && s == 204 ? 200 : s, null, isRehearsal ? null : location, Json.Write(writer =>
            {
                writer.WriteStartObject();
                body?.Invoke(writer, outcome.After);
                if (isRehearsal)
                {
                    writer.WriteBoolean("dry_run", true);
                    writer.WriteChanges([]);
                }
                writer.WriteEndObject();
            }));

        if (request.Query.Flag("dry_run"))
        {
            var (before, at) = (request.Service<AppDirectory>().Find(app) ?? App.Unregistered(app), request.Service<TimeProvider>().GetUtcNow());
            var ruling = operation.Decide(before, at);
            if (ruling.Rejection is { } refused) throw new ProblemException(Replies.Of(refused));
            var after = ruling.Events.Aggregate(before, (state, e) => App.Evolve(state, e, at, request.Author().By));
            await Build(new AppOutcome(before, after, ruling.Events, null), isRehearsal: true).Send(request.Http);
            return;
        }
        var keyed = keeps ? request.Http.Features.Get<IdempotentRequest>() : null;
        var outcome = await request.Service<AppStreams>().Transact(app, operation, request.Author(), request.Cancel, o => keyed?.Receipt(Build(o, isRehearsal: false)));
        if (outcome.Rejection is { } rejection) throw new ProblemException(Replies.Of(rejection));
        var reply = Build(outcome, isRehearsal: false);
        if (keyed is not null && outcome.Events.Count == 0) await Idempotency.Keep(request.Http, reply);
        await reply.Send(request.Http);
    }

    /// <summary>201 for what was not there before, else 200.</summary>
    public static Func<App, App, int> CreatedUnless(Func<App, bool> wasThere) => (before, _) => wasThere(before) ? 200 : 201;

    public static Func<App, App, int> NoContent { get; } = (_, _) => 204;

    public static ProblemException InvalidName(string detail, string pointer = "") =>
        new(new Problem("invalid_name", detail, pointer.Length == 0 ? null : [new(pointer, detail)]));

    /// <summary>A user that the path names.</summary>
    public static string User(this AppRequest request) =>
        Names.IsUserId(request.Named["user"]) ? request.Named["user"] : throw InvalidName("A user's id has 1 to 255 characters and no control characters.");

    /// <summary>A role that the path names.</summary>
    public static string Role(this AppRequest request) => Role(request.Named["role"], "");

    public static string Role(string role, string pointer) =>
        Names.IsRole(role) ? role : throw InvalidName("A role's name has 1 to 50 letters, digits, - and _, and begins with a letter.", pointer);

    /// <summary>A list answer.</summary>
    public static Task Send(this AppRequest request, Action<Utf8JsonWriter> members) => Reply.Send(request.Http, 200, Json.Write(writer =>
    {
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
    }), Documents.Route.Json);

    public static void WriteTimeOrNull(this Utf8JsonWriter writer, string name, DateTimeOffset? at)
    {
        if (at is { } time) writer.WriteTime(name, time);
        else writer.WriteNull(name);
    }
}
