using System.Text.Json;

namespace PropsDb.Projections.Audit;

/// <summary>An event in its app's chain.</summary>
/// <param name="Tier">Of its document, if it is a document's.</param>
/// <param name="Salt">What the digests of its values are made with; null once one of them is erased.</param>
public sealed record AuditEntry(
    long Seq, byte[] Previous, byte[] Hash, string? Tier, string? Owner, string? Document, AuditedEvent Event, byte[]? Salt, ValueDigests Digests)
{
    /// <summary>Its data as JSON, the values as they were written.</summary>
    public void WriteData(Utf8JsonWriter writer)
    {
        var place = 0;
        using var data = JsonDocument.Parse(Event.Data, AuditedEvent.Depth);
        Write(writer, data.RootElement, ref place);
    }

    public void WriteHeaders(Utf8JsonWriter writer) => writer.WriteRawValue(Event.Headers, skipInputValidation: true);

    private void Write(Utf8JsonWriter writer, JsonElement json, ref int place)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (Event.IsValue(member)) WriteValue(writer, member.Value, place++);
                    else Write(writer, member.Value, ref place);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray()) Write(writer, item, ref place);
                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    // Once one of the event's values is erased, each has what it is checked by beside it.
    private void WriteValue(Utf8JsonWriter writer, JsonElement value, int place)
    {
        writer.WriteRawValue(AuditedEvent.ValueOf(value), skipInputValidation: true);
        if (Digests.IsErased(place))
        {
            writer.WriteBoolean("erased", true);
            writer.WriteString("digest", Convert.ToHexStringLower(Digests.Of(place, AuditedEvent.ValueOf(value))));
        }
        else if (Salt is null && Digests.SaltOf(place) is { } own) writer.WriteString("salt", Convert.ToHexStringLower(own));
    }
}
