using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace PropsDb.Projections.Audit;

/// <summary>An event of any kind as it stands in the store. It is never read into a class: what is hashed is what is stored.</summary>
public sealed record AuditedEvent(
    string App, long Position, Guid Id, Guid Stream, long Number, string Action, DateTimeOffset At, string? By, string? Commit, string? Request, byte[] Data, byte[] Headers)
{
    internal const string Columns =
        "e.tenant_id, e.seq_id, e.id, e.stream_id, e.version, e.type, e.timestamp, e.user_name, e.causation_id, e.correlation_id, e.data, coalesce(e.headers, '{}')";

    internal const int ColumnCount = 12;

    internal static AuditedEvent Read(NpgsqlDataReader reader, int at) => new(
        reader.GetString(at), reader.GetInt64(at + 1), reader.GetGuid(at + 2), reader.GetGuid(at + 3), reader.GetInt64(at + 4), reader.GetString(at + 5),
        reader.GetFieldValue<DateTimeOffset>(at + 6), reader[at + 7] as string, reader[at + 8] as string, reader[at + 9] as string,
        reader.GetFieldValue<byte[]>(at + 10), reader.GetFieldValue<byte[]>(at + 11));

    /// <summary>SHA-256 over the hash before it and the entry: docs/audit.md says byte by byte of what.</summary>
    internal byte[] Hash(byte[] previous, long seq, ValueDigests digests)
    {
        var output = ThreadBuffer.Empty();
        output.Write(previous);
        Text("{\"action\":", Action);
        Text(",\"app\":", App);
        Text(",\"at\":", Time(At));
        Text(",\"by\":", By);
        Text(",\"commit\":", Commit);
        output.Write(",\"data\":"u8);
        var place = 0;
        using (var data = JsonDocument.Parse(Data, Depth))
            CanonicalJson.Write(output, data.RootElement, member => IsValue(member) ? Convert.ToHexStringLower(digests.Of(place++, ValueOf(member.Value))) : null);
        output.Write(",\"headers\":"u8);
        if (Headers.AsSpan().SequenceEqual("{}"u8)) output.Write(Headers);
        else using (var headers = JsonDocument.Parse(Headers, Depth)) CanonicalJson.Write(output, headers.RootElement, _ => null);
        Text(",\"id\":", Id.ToString());
        Number(",\"number\":", this.Number);
        Text(",\"request\":", Request);
        Number(",\"seq\":", seq);
        Text(",\"stream\":", Stream.ToString());
        output.Write("}"u8);
        return SHA256.HashData(output.WrittenSpan);

        void Text(string name, string? text)
        {
            Encoding.UTF8.GetBytes(name, output);
            if (text is null) output.Write("null"u8);
            else CanonicalJson.WriteText(output, text);
        }

        void Number(string name, long number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}{number}"), output);
    }

    internal static readonly JsonDocumentOptions Depth = new() { MaxDepth = 1_000 };

    /// <summary>Whether the member holds a value of the app's data: of the property that is set, or of one of a new collection's.</summary>
    internal bool IsValue(JsonProperty member) => Action is "property_set" or "collection_set" && member.NameEquals("value"u8);

    /// <summary>The value's JSON text: the store holds it as a string.</summary>
    internal static ReadOnlySpan<byte> ValueOf(JsonElement value) => Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
