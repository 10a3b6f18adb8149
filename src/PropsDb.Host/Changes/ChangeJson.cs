using System.Text;
using System.Text.Json;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>Changes on the wire: the same message wherever they are told.</summary>
public static class ChangeJson
{
    public static Func<CommittedChange, byte[]> Writer(Seal seal) => change => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("position", seal.Position(change.Key.App, change.Position));
        writer.WriteString("app", change.Key.App);
        WriteKey(writer, change.Key);
        writer.WriteNumber("version", change.Version);
        writer.WriteString("type", change.Type);
        writer.WriteTime("at", change.At);
        writer.WriteString("by", change.By);
        if (change.Device is not null) writer.WriteString("device", change.Device);
        writer.WriteChanges(change.Changes);
        writer.WriteEndObject();
    }).ToArray();

    /// <summary>The document is out of the follower's reach, or out of the result that is followed; nothing is said of its content.</summary>
    /// <param name="by">The change that took it out; null: a permission has ended.</param>
    public static ReadOnlyMemory<byte> Left(DocumentKey key, Seal seal, CommittedChange? by = null) => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", "left");
        if (by is not null) writer.WriteString("position", seal.Position(key.App, by.Position));
        WriteKey(writer, key);
        if (by is not null) writer.WriteNumber("version", by.Version);
        writer.WriteEndObject();
    });

    /// <summary>A document as a whole, whose text is made once for all who are shown it.</summary>
    /// <param name="type"><c>snapshot</c>: it was there before; <c>entered</c>: it is now.</param>
    public static ReadOnlyMemory<byte> Whole(string type, HeldDocument held, Seal seal)
    {
        var document = GetDocument.Text(held, asObject: false);
        var head = Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","position":"{{seal.Position(held.Key.App, held.State.Position)}}",""");
        // The document's text is an object with one member.
        return (byte[])[.. head, .. document.Span[1..]];
    }

    /// <param name="type"><c>ready</c>, <c>progress</c>, <c>resync</c> or <c>ended</c>.</param>
    public static ReadOnlyMemory<byte> Mark(string type, string? position = null, string? reason = null) => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        if (position is not null) writer.WriteString("position", position);
        if (reason is not null) writer.WriteString("reason", reason);
        writer.WriteEndObject();
    });

    private static void WriteKey(Utf8JsonWriter writer, DocumentKey key)
    {
        writer.WriteString("tier", key.Tier);
        writer.WriteString("owner", key.Owner);
        writer.WriteString("document", key.Name);
    }
}
