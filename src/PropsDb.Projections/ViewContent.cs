using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>
/// A document's content as the view keeps it: JSON text, so that values come back as they were written, with the commits that the
/// collections and properties name by their place in a list.
/// </summary>
/// <remarks><c>{"commits":[[version,at,by,device,message]],"collections":[[name,commit,number,[[name,commit,number,value]]]],"strategy":text,"shares":[share]}</c>;
/// the first two commits are those that created and last updated the document; a document that is shared with nobody has no shares.</remarks>
public static class ViewContent
{
    public static string Write(Document document)
    {
        var body = ThreadBuffer.Empty();
        var commits = new List<Commit> { document.Created, document.Updated };
        var places = new Dictionary<long, int> { [document.Created.Version] = 0, [document.Updated.Version] = 1 };
        var first = true;
        body.Write("\"collections\":["u8);
        foreach (var (name, collection) in document.Content.Collections)
        {
            if (!first) body.Write(","u8);
            first = false;
            body.Write("["u8);
            JsonText.WriteQuoted(body, name);
            WritePlace(body, Place(collection.Commit), collection.Number);
            body.Write(",["u8);
            var firstProperty = true;
            foreach (var (property, value) in collection.Properties)
            {
                if (!firstProperty) body.Write(","u8);
                firstProperty = false;
                body.Write("["u8);
                JsonText.WriteQuoted(body, property);
                WritePlace(body, Place(value.Commit), value.Number);
                body.Write(","u8);
                body.Write(value.Value.Utf8.Span);
                body.Write("]"u8);
            }
            body.Write("]]"u8);
        }
        body.Write("],\"strategy\":"u8);
        if (document.Strategy is null) body.Write("null"u8);
        else JsonText.WriteQuoted(body, document.Strategy);
        if (!document.Shares.IsEmpty)
        {
            body.Write(",\"shares\":"u8);
            body.Write(JsonSerializer.SerializeToUtf8Bytes(document.Shares.Values.OrderBy(s => s.User, StringComparer.Ordinal), EventJson.Options));
        }
        body.Write("}"u8);
        var head = $"{{\"commits\":[{string.Join(',', commits.Select(Text))}],";
        return string.Create(head.Length + Encoding.UTF8.GetCharCount(body.WrittenSpan), (head, body), static (text, parts) =>
        {
            parts.head.CopyTo(text);
            Encoding.UTF8.GetChars(parts.body.WrittenSpan, text[parts.head.Length..]);
        });

        int Place(Commit commit)
        {
            if (places.TryGetValue(commit.Version, out var place)) return place;
            places[commit.Version] = commits.Count;
            commits.Add(commit);
            return commits.Count - 1;
        }
    }

    private static void WritePlace(ArrayBufferWriter<byte> body, int place, long number)
    {
        System.Text.Unicode.Utf8.TryWrite(body.GetSpan(40), System.Globalization.CultureInfo.InvariantCulture, $",{place},{number}", out var length);
        body.Advance(length);
    }

    private static string Text(Commit c) => JsonSerializer.Serialize(new object?[] { c.Version, c.At, c.By, c.Device, c.Message }, EventJson.Options);

    /// <summary>The document that the text and the columns beside it describe.</summary>
    /// <param name="utf8">The text; the document's values are parts of it.</param>
    public static Document Read(ReadOnlyMemory<byte> utf8, long version, long streamVersion, long position, bool isDeleted)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        Skip(ref reader, 3); // { "commits" [
        var commits = new List<Commit>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray) commits.Add(ReadCommit(ref reader));
        Skip(ref reader, 2); // "collections" [
        var collections = new List<KeyValuePair<string, Collection>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            var (name, commit, number) = ReadPlace(ref reader, commits);
            Skip(ref reader, 1);
            var properties = new List<KeyValuePair<string, Property>>();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                var (property, propertyCommit, propertyNumber) = ReadPlace(ref reader, commits);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = JsonValue.FromChecked(utf8[start..(int)reader.BytesConsumed]);
                properties.Add(new(property, new Property(value, propertyCommit, propertyNumber)));
                Skip(ref reader, 1);
            }
            collections.Add(new(name, Collection.From(properties, commit, number)));
            Skip(ref reader, 1);
        }
        Skip(ref reader, 2); // "strategy" text
        var strategy = reader.GetString();
        return new Document
        {
            Strategy = strategy,
            Shares = ReadShares(ref reader),
            Version = version,
            StreamVersion = streamVersion,
            Position = position,
            IsDeleted = isDeleted,
            Created = commits[0],
            Updated = commits[1],
            Content = Content.From(collections),
        };
    }

    private static ImmutableDictionary<string, Share> ReadShares(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName) return ImmutableDictionary<string, Share>.Empty;
        reader.Read();
        return JsonSerializer.Deserialize<Share[]>(ref reader, EventJson.Options)!.ToImmutableDictionary(s => s.User);
    }

    private static void Skip(ref Utf8JsonReader reader, int tokens)
    {
        for (var i = 0; i < tokens; i++) reader.Read();
    }

    private static Commit ReadCommit(ref Utf8JsonReader reader)
    {
        reader.Read();
        var version = reader.GetInt64();
        reader.Read();
        var at = reader.GetDateTimeOffset();
        reader.Read();
        var by = reader.GetString()!;
        reader.Read();
        var device = reader.GetString();
        reader.Read();
        var message = reader.GetString();
        reader.Read();
        return new Commit(version, at, by, device, message);
    }

    private static (string Name, Commit Commit, long Number) ReadPlace(ref Utf8JsonReader reader, List<Commit> commits)
    {
        reader.Read();
        var name = reader.GetString()!;
        reader.Read();
        var commit = commits[reader.GetInt32()];
        reader.Read();
        return (name, commit, reader.GetInt64());
    }
}
