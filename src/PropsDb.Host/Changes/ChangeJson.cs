using System.Text.Json;
using PropsDb.Events.Documents;
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

    /// <summary>The document is out of the follower's reach; nothing is said of its content.</summary>
    public static ReadOnlyMemory<byte> Left(DocumentKey key) => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", "left");
        WriteKey(writer, key);
        writer.WriteEndObject();
    });

    /// <summary>A document as a follower begins with it.</summary>
    public static ReadOnlyMemory<byte> Snapshot(DocumentKey key, Document document, Seal seal) => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", "snapshot");
        writer.WriteString("position", seal.Position(key.App, document.Position));
        writer.WritePropertyName("document");
        writer.WriteDocument(key, document, document.Content, asObject: false);
        writer.WriteEndObject();
    });

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
