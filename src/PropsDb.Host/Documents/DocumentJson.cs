using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Events.Merging;
using PropsDb.Events.Values;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

/// <summary>How documents, their parts and their changes look on the wire.</summary>
public static class DocumentJson
{
    /// <param name="asObject">Collections and properties as objects by name instead of lists.</param>
    /// <param name="only">The collections to show; null: all.</param>
    public static void WriteDocument(this Utf8JsonWriter writer, DocumentKey key, Document document, Content content, bool asObject, IReadOnlyList<string>? only = null)
    {
        writer.WriteStartObject();
        writer.WriteString("id", key.StreamId);
        writer.WriteString("name", key.Name);
        writer.WriteNumber("version", document.Version);
        writer.WriteString("tier", key.Tier);
        writer.WriteString("owner", key.Owner);
        writer.WriteCollections(content, asObject, only);
        writer.WriteTime("created_at", document.Created.At);
        writer.WriteString("created_by", document.Created.By);
        writer.WriteTime("updated_at", document.Updated.At);
        writer.WriteString("last_modified_by", document.Updated.By);
        writer.WriteEndObject();
    }

    public static void WriteCollections(this Utf8JsonWriter writer, Content content, bool asObject, IReadOnlyList<string>? only = null)
    {
        writer.WritePropertyName("collections");
        if (asObject) writer.WriteStartObject();
        else writer.WriteStartArray();
        foreach (var (name, collection) in content.Collections)
        {
            if (only is { Count: > 0 } && !only.Contains(name, StringComparer.Ordinal)) continue;
            if (asObject)
            {
                writer.WritePropertyName(name);
                writer.WriteProperties(collection, asObject);
                continue;
            }
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WritePropertyName("properties");
            writer.WriteProperties(collection, asObject);
            writer.WriteEndObject();
        }
        if (asObject) writer.WriteEndObject();
        else writer.WriteEndArray();
    }

    private static void WriteProperties(this Utf8JsonWriter writer, Collection collection, bool asObject)
    {
        if (asObject) writer.WriteStartObject();
        else writer.WriteStartArray();
        foreach (var (name, property) in collection.Properties)
        {
            if (asObject)
            {
                writer.WritePropertyName(name);
                writer.WriteValue(property.Value);
                continue;
            }
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WritePropertyName("value");
            writer.WriteValue(property.Value);
            writer.WriteEndObject();
        }
        if (asObject) writer.WriteEndObject();
        else writer.WriteEndArray();
    }

    public static void WriteCollection(this Utf8JsonWriter writer, string name, Collection collection, bool asObject)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WritePropertyName("properties");
        writer.WriteProperties(collection, asObject);
        writer.WriteCommit(collection.Commit);
        writer.WriteEndObject();
    }

    public static void WriteProperty(this Utf8JsonWriter writer, string name, Property property)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WritePropertyName("value");
        writer.WriteValue(property.Value);
        writer.WriteCommit(property.Commit);
        writer.WriteEndObject();
    }

    private static void WriteCommit(this Utf8JsonWriter writer, Commit commit)
    {
        writer.WriteNumber("version", commit.Version);
        writer.WriteTime("updated_at", commit.At);
        writer.WriteString("last_modified_by", commit.By);
    }

    public static void WriteValue(this Utf8JsonWriter writer, JsonValue value) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);

    public static void WriteChanges(this Utf8JsonWriter writer, IEnumerable<Change> changes)
    {
        writer.WriteStartArray("changes");
        foreach (var change in changes)
        {
            writer.WriteStartObject();
            writer.WriteString("op", change.Op);
            writer.WriteString("path", change.Path.ToString());
            writer.WriteOptional("value", change.Value);
            writer.WriteOptional("previous", change.Previous);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <param name="mayRead">A caller who may not read the document is shown no side but the own.</param>
    public static void WriteConflicts(this Utf8JsonWriter writer, IEnumerable<Conflict> conflicts, bool mayRead, bool showsBase = true)
    {
        writer.WriteStartArray("conflicts");
        foreach (var conflict in conflicts)
        {
            writer.WriteStartObject();
            writer.WriteString("path", conflict.Path.ToString());
            if (mayRead)
            {
                if (showsBase) writer.WriteSide("base", conflict.Base, null);
                writer.WriteSide("remote", conflict.Remote, conflict.RemoteCommit);
            }
            writer.WriteSide("local", conflict.Local, null);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteSide(this Utf8JsonWriter writer, string name, JsonValue? value, Commit? commit)
    {
        writer.WriteStartObject(name);
        writer.WriteOptional("value", value);
        if (commit is not null)
        {
            writer.WriteNumber("version", commit.Version);
            writer.WriteString("by", commit.By);
            writer.WriteTime("at", commit.At);
        }
        writer.WriteEndObject();
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, JsonValue? value)
    {
        if (value is null) return;
        writer.WritePropertyName(name);
        writer.WriteValue(value);
    }
}
