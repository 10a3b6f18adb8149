using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MessagePack;
using MessagePack.Formatters;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Http;
using PropsDb.Host.Search;

namespace PropsDb.Host.Changes;

/// <summary>A filter as clients of the hub send it, in whichever protocol.</summary>
[JsonConverter(typeof(AsJson)), MessagePackFormatter(typeof(AsMessagePack))]
public sealed record FilterArgument(string Json)
{
    /// <exception cref="ProblemException">It is none.</exception>
    public Filter Read(Limits limits) => JsonValue.TryParse(Encoding.UTF8.GetBytes(Json), limits, out var value, out var fault)
        ? FilterBody.Read(value, "/filter")
        : throw FilterBody.Refused("/filter", fault!.Detail);

    private sealed class AsJson : JsonConverter<FilterArgument>
    {
        public override FilterArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var filter = JsonDocument.ParseValue(ref reader);
            return new(filter.RootElement.GetRawText());
        }

        public override void Write(Utf8JsonWriter writer, FilterArgument value, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    private sealed class AsMessagePack : IMessagePackFormatter<FilterArgument?>
    {
        public FilterArgument? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            if (reader.TryReadNil()) return null;
            using var json = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, json, options);
            return new(json.ToString());
        }

        public void Serialize(ref MessagePackWriter writer, FilterArgument? value, MessagePackSerializerOptions options) => throw new NotSupportedException();
    }
}
