using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PropsDb.Projections.Audit;

/// <summary>
/// JSON as RFC 8785 writes it, so that whoever has the same content has the same bytes; but numbers keep the digits they are stored with.
/// </summary>
internal static class CanonicalJson
{
    /// <param name="value">Asked for every member of an object inside: what stands in its place; null: itself.</param>
    public static void Write(IBufferWriter<byte> output, JsonElement json, Func<JsonProperty, string?> value)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, json, value);
                break;
            case JsonValueKind.Array:
                output.Write("["u8);
                var isFirst = true;
                foreach (var item in json.EnumerateArray())
                {
                    if (!isFirst) output.Write(","u8);
                    isFirst = false;
                    Write(output, item, value);
                }
                output.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteText(output, json.GetString()!);
                break;
            default:
                output.Write(Encoding.ASCII.GetBytes(json.GetRawText()));
                break;
        }
    }

    private static void WriteObject(IBufferWriter<byte> output, JsonElement json, Func<JsonProperty, string?> value)
    {
        var members = new List<JsonProperty>(json.GetPropertyCount());
        foreach (var member in json.EnumerateObject()) members.Add(member);
        // By UTF-16 code units, as the standard has it.
        members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        output.Write("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            WriteText(output, members[i].Name);
            output.Write(":"u8);
            if (value(members[i]) is { } other) WriteText(output, other);
            else Write(output, members[i].Value, value);
        }
        output.Write("}"u8);
    }

    public static void WriteText(IBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= ' ' && text[i] is not ('"' or '\\')) continue;
            Encoding.UTF8.GetBytes(text.AsSpan(start, i - start), output);
            Encoding.UTF8.GetBytes(Escaped(text[i]), output);
            start = i + 1;
        }
        Encoding.UTF8.GetBytes(text.AsSpan(start), output);
        output.Write("\""u8);
    }

    private static string Escaped(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => $"\\u{(int)c:x4}",
    };
}
