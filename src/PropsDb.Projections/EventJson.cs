using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>
/// How events are written in the store: snake_case members, and each value as a string that holds its JSON text. The column is jsonb,
/// which would rewrite numbers and the order of members, and cannot hold U+0000.
/// </summary>
public static class EventJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    private static readonly Dictionary<Type, string> Names = StoredNames.OfDocumentEvents.Concat(AppEventNames.All).ToDictionary();

    private static readonly Dictionary<string, Type> Types = Names.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);

    // As Marten stores it beside the name.
    private static readonly Dictionary<Type, string> DotNetNames = Names.Keys.ToDictionary(t => t, t => $"{t.FullName}, {t.Assembly.GetName().Name}");

    public static string NameOf(object e) => Names[e.GetType()];

    public static string DotNetNameOf(object e) => DotNetNames[e.GetType()];

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.RespectRequiredConstructorParameters = true;
        options.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        options.Converters.Add(new ValueAsText());
        options.Converters.Add(new PathAsPointer());
        return options;
    }

    public static string Write(object e) => JsonSerializer.Serialize(e, e.GetType(), Options);

    /// <exception cref="UnknownEventException">A newer release wrote it. Reading past it would show a state that never was.</exception>
    public static object Read(string storedName, string json) => Types.TryGetValue(storedName, out var type)
        ? JsonSerializer.Deserialize(json, type, Options)!
        : throw new UnknownEventException(storedName);

    /// <summary>The same of UTF-8.</summary>
    public static object Read(string storedName, ReadOnlySpan<byte> json) => Types.TryGetValue(storedName, out var type)
        ? JsonSerializer.Deserialize(json, type, Options)!
        : throw new UnknownEventException(storedName);

    private sealed class ValueAsText : JsonConverter<JsonValue>
    {
        public override JsonValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonValue.FromChecked(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, JsonValue value, JsonSerializerOptions options) => writer.WriteStringValue(value.Utf8.Span);
    }

    private sealed class PathAsPointer : JsonConverter<PropertyPath>
    {
        public override PropertyPath Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            PropertyPath.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, PropertyPath value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}

public sealed class UnknownEventException(string storedName) : Exception($"The store has an event '{storedName}' that this release does not know.");
