using System.Security.Cryptography;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>The keys of an app's backends. Several are good at a time, so that one can be replaced without a pause.</summary>
public static class KeyRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_apps/{app}/_keys", "GET", "Lists an app's keys, without the keys themselves.", List, true),
        new("_apps/{app}/_keys", "POST", "Issues a key, which is shown here and never again.", Issue, true, Documents.Route.Json),
        new("_apps/{app}/_keys/{id}", "DELETE", "Revokes a key.", request => request.Administer(new RevokeKey(request.Named["id"]), Administering.NoContent, null), true),
    ];

    private static async Task List(AppRequest request)
    {
        var uses = await request.Service<KeyUses>().Of(request.App.Id, request.Cancel);
        await request.Send(writer =>
        {
            writer.WriteStartArray("keys");
            foreach (var key in request.App.Keys.Values.OrderBy(k => k.IssuedAt).ThenBy(k => k.Id, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                writer.WriteString("id", key.Id);
                writer.WriteString("name", key.Name);
                writer.WriteString("prefix", key.Prefix);
                WriteScopes(writer, key.Scopes);
                writer.WriteTime("created_at", key.IssuedAt);
                writer.WriteString("created_by", key.IssuedBy);
                writer.WriteTimeOrNull("last_used_at", uses.TryGetValue(key.Id, out var at) ? at : null);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static Task Issue(AppRequest request)
    {
        var json = request.Object;
        var scopes = json.Objects("scopes").Select(s => new KeyScope(
            Tier(s.Json.RequiredText("tier", s.At), s.At), s.Json.Flag("can_read", s.At) ?? false, s.Json.Flag("can_write", s.At) ?? false, s.Json.Flag("can_delete", s.At) ?? false)).ToList();
        var (key, issued) = AppKeys.Issue(request.App.Id, json.KeptText("name"), scopes, Seed(request));
        return request.Administer(request.App.Id, new IssueKey(issued), (_, _) => 201, (writer, _) =>
        {
            writer.WriteString("id", issued.Key);
            if (!request.Query.Flag("dry_run")) writer.WriteString("key", key);
            writer.WriteString("prefix", issued.Prefix);
            writer.WriteString("name", issued.Name);
            WriteScopes(writer, scopes);
        }, keeps: false);
    }

    // An answer that is kept would be a key that is kept. A repetition makes the same key again instead.
    private static byte[] Seed(AppRequest request) => request.Http.Features.Get<IdempotentRequest>() is { } keyed
        ? request.Service<Seal>().Derive($"app-key\n{keyed.App}\n{keyed.Caller}\n{keyed.Key}")
        : RandomNumberGenerator.GetBytes(AppKeys.SeedLength);

    private static string Tier(string tier, string at) => Names.IsTier(tier) ? tier : throw Administering.InvalidName("This is no tier's name.", at + "/tier");

    private static void WriteScopes(Utf8JsonWriter writer, IEnumerable<KeyScope> scopes)
    {
        writer.WriteStartArray("scopes");
        foreach (var (tier, canRead, canWrite, canDelete) in scopes)
        {
            writer.WriteStartObject();
            writer.WriteString("tier", tier);
            writer.WriteRights(canRead, canWrite, canDelete);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
