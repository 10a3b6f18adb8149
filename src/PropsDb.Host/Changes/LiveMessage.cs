using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MessagePack;
using MessagePack.Formatters;

namespace PropsDb.Host.Changes;

/// <summary>A message on the hub. Its text is made once for all who get it, and copied as it is into each protocol.</summary>
[JsonConverter(typeof(AsJson))]
public sealed record LiveMessage(Told Told)
{
    private sealed class AsJson : JsonConverter<LiveMessage>
    {
        public override LiveMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, LiveMessage value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Told.Json.Span, skipInputValidation: true);
    }

    /// <summary>MessagePack has no numbers of any length: what 64 bits do not hold comes as a double.</summary>
    public sealed class AsMessagePack : IMessagePackFormatter<LiveMessage?>
    {
        public void Serialize(ref MessagePackWriter writer, LiveMessage? value, MessagePackSerializerOptions options) =>
            writer.WriteRaw((value!.Told.Change is { } change ? change.Packed(_ => Pack(value.Told.Json)) : Pack(value.Told.Json)).Span);

        public LiveMessage Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException();

        private static byte[] Pack(ReadOnlyMemory<byte> json) => MessagePackSerializer.ConvertFromJson(Encoding.UTF8.GetString(json.Span));
    }
}
