using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.History;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Sharing;

/// <summary>
/// A document's shares: its owner and administrators give and take them, a grantee sees and drops their own and passes nothing on.
/// They are facts of the document's stream, but no commits of it.
/// </summary>
public static class ShareRoutes
{
    public static IReadOnlyList<Documents.Route> All { get; } =
    [
        new(Level.Document, "_permissions", "GET", "Tells who was given what on the document.", List),
        new(Level.Document, "_share", "POST", "Gives a user rights on the document, in place of those they had.", Share, Documents.Route.Json),
        new(Level.Document, "_share/{user}", "DELETE", "Takes a user's share back.", Revoke),
    ];

    private static async Task List(DocumentRequest request)
    {
        var now = request.Http.Now();
        // Also a grantee whom a role lets in besides.
        var isGrantee = request.Admission.Caller.UserId is { } caller && request.Admission.App.ShareOf(request.Key.StreamId, caller, now) is not null;
        if (!MayShare(request) && !isGrantee) throw AccessGate.Forbidden("requires_ownership");
        var document = await request.Present();
        var shares = document.Shares.Values.Where(s => s.IsActive(now) && (MayShare(request) || s.User == request.Admission.Caller.UserId));
        await Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("owner", request.Key.Owner);
            writer.WriteStartArray("permissions");
            foreach (var share in shares.OrderBy(s => s.GrantedAt).ThenBy(s => s.User, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                Write(writer, share);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }

    private static async Task Share(DocumentRequest request)
    {
        if (!MayShare(request)) throw AccessGate.Forbidden("requires_ownership");
        var json = request.Object;
        var user = json.RequiredText("user_id");
        if (!Names.IsUserId(user)) throw Administration.Administering.InvalidName("A user's id has 1 to 255 characters and no control characters.", "/user_id");
        if (user == request.Admission.Caller.UserId || user == request.Key.Owner) throw ContentBody.Invalid("The document is this user's already.", "/user_id");
        var (canRead, canWrite, canDelete) = (json.Flag("can_read") ?? true, json.Flag("can_write") ?? false, json.Flag("can_delete") ?? false);
        if (!canRead) throw ContentBody.Invalid("A share is at least to read.", "/can_read");
        var now = request.Http.Now();
        var expiresAt = json.Time("expires_at");
        if (expiresAt <= now) throw ContentBody.Invalid("expires_at has passed already.", "/expires_at");
        var isNew = request.Admission.App.ShareOf(request.Key.StreamId, user, now) is null;
        // Nobody gives what they have not.
        if (canWrite) RefuseUnless(request, DocumentAction.Write);
        if (canDelete) RefuseUnless(request, DocumentAction.Delete);
        await (request with { Made = $"/_share/{Uri.EscapeDataString(user)}" }).Write(new ShareDocument(request.Key, user, canRead, canWrite, canDelete, expiresAt, now), isNew ? 201 : 200, (writer, document) =>
        {
            if (document.Shares.TryGetValue(user, out var share)) Write(writer, share);
        });
    }

    private static async Task Revoke(DocumentRequest request)
    {
        var user = request.NamedUser!;
        if (!MayShare(request) && user != request.Admission.Caller.UserId) throw AccessGate.Forbidden("requires_ownership");
        await request.Write(new RevokeShare(user, request.Http.Now()), 204, null);
    }

    private static bool MayShare(DocumentRequest request) => request.Admission is { Caller: { Key: null } caller, Access.Share: null }
        && (caller.IsAdmin || (request.Key.Owner is { } owner && owner == caller.UserId));

    private static void RefuseUnless(DocumentRequest request, DocumentAction action)
    {
        if (AccessGate.Refusal(request.Ask(action)) is { } refusal) throw new ProblemException(refusal);
    }

    private static void Write(Utf8JsonWriter writer, Share share)
    {
        writer.WriteString("user_id", share.User);
        writer.WriteRights(share.CanRead, share.CanWrite, share.CanDelete);
        writer.WriteString("granted_by", share.GrantedBy);
        writer.WriteTime("granted_at", share.GrantedAt);
        if (share.ExpiresAt is { } until) writer.WriteTime("expires_at", until);
        else writer.WriteNull("expires_at");
    }
}
