using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PropsDb.Host.Http;

internal static class Json
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options)) write(writer);
        return buffer.WrittenMemory;
    }

    public static void WriteTime(this Utf8JsonWriter writer, string name, DateTimeOffset at) =>
        writer.WriteString(name, Time(at));

    /// <summary>What may be done, as tiers, keys and shares all say it.</summary>
    public static void WriteRights(this Utf8JsonWriter writer, bool canRead, bool canWrite, bool canDelete)
    {
        writer.WriteBoolean("can_read", canRead);
        writer.WriteBoolean("can_write", canWrite);
        writer.WriteBoolean("can_delete", canDelete);
    }

    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
