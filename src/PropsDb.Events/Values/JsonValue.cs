using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PropsDb.Events.Values;

public enum JsonKind { Null, Boolean, Number, String, Array, Object }

/// <summary>
/// Any JSON value, kept as its UTF-8 text without insignificant white space: numbers keep their digits, strings their escapes, objects
/// the order of their members. Immutable. Equality is by content: 1.0 equals 1, -0 equals 0, members in another order are equal.
/// </summary>
/// <remarks>Children are cut from the text only when asked for; a value built from children writes its text only when asked for.
/// So an edit deep inside a large value copies the one path to it.</remarks>
public sealed class JsonValue : IEquatable<JsonValue>
{
    private ReadOnlyMemory<byte> _utf8;
    private JsonMember[]? _members;
    private JsonValue[]? _items;
    private long? _length;
    private int? _depth;

    private JsonValue(JsonKind kind, ReadOnlyMemory<byte> utf8) => (Kind, _utf8) = (kind, utf8);

    public static JsonValue Null { get; } = FromChecked("null"u8.ToArray());
    public static JsonValue EmptyObject { get; } = Object([]);

    public JsonKind Kind { get; }

    /// <summary>Reads a value from bytes nobody has looked at yet.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, Limits limits, out JsonValue value, out JsonFault? fault)
    {
        value = Null;
        fault = JsonText.Check(utf8, limits.MaxValueDepth);
        if (fault is null) value = FromChecked(JsonText.Compact(utf8));
        return fault is null;
    }

    /// <summary>Takes over compact text that has been through <see cref="JsonText.Check"/>.</summary>
    public static JsonValue FromChecked(ReadOnlyMemory<byte> compact) => new(KindOf(compact.Span[0]), compact);

    public static JsonValue FromChecked(string compact) => FromChecked(Encoding.UTF8.GetBytes(compact));

    public static JsonValue Text(string text) => FromChecked(JsonText.Quote(text));

    public static JsonValue Object(IEnumerable<JsonMember> members) => new(JsonKind.Object, default) { _members = [.. members] };

    public static JsonValue Array(IEnumerable<JsonValue> items) => new(JsonKind.Array, default) { _items = [.. items] };

    /// <summary>The compact text. Its length is what the value counts for in a document's size.</summary>
    public ReadOnlyMemory<byte> Utf8
    {
        get
        {
            if (_utf8.IsEmpty)
            {
                var buffer = new ArrayBufferWriter<byte>();
                WriteTo(buffer);
                _utf8 = buffer.WrittenMemory.ToArray();
            }
            return _utf8;
        }
    }

    public void WriteTo(IBufferWriter<byte> output)
    {
        if (!_utf8.IsEmpty) output.Write(_utf8.Span);
        else if (_members is not null) WriteMembers(output, _members);
        else WriteItems(output, _items!);
    }

    private static void WriteMembers(IBufferWriter<byte> output, JsonMember[] members)
    {
        output.Write("{"u8);
        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            JsonText.WriteQuoted(output, members[i].Name);
            output.Write(":"u8);
            members[i].Value.WriteTo(output);
        }
        output.Write("}"u8);
    }

    private static void WriteItems(IBufferWriter<byte> output, JsonValue[] items)
    {
        output.Write("["u8);
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            items[i].WriteTo(output);
        }
        output.Write("]"u8);
    }

    /// <summary>The members of an object in their order; empty for anything else.</summary>
    public IReadOnlyList<JsonMember> Members => _members ??= Kind == JsonKind.Object ? [.. CutMembers()] : [];

    /// <summary>The items of an array; empty for anything else.</summary>
    public IReadOnlyList<JsonValue> Items => _items ??= Kind == JsonKind.Array ? [.. CutItems()] : [];

    public JsonValue? Member(string name)
    {
        foreach (var member in Members)
            if (string.Equals(member.Name, name, StringComparison.Ordinal)) return member.Value;
        return null;
    }

    /// <summary>The characters of a string value.</summary>
    public string AsText()
    {
        var reader = Reader();
        reader.Read();
        return reader.GetString() ?? "";
    }

    /// <summary>Bytes of the compact text; found without writing it.</summary>
    public long Length => !_utf8.IsEmpty ? _utf8.Length : _length ??= Kind == JsonKind.Object
        ? 2 + Math.Max(0, _members!.Length - 1) + _members.Sum(m => JsonText.QuotedLength(m.Name) + 1 + m.Value.Length)
        : 2 + Math.Max(0, _items!.Length - 1) + _items.Sum(i => i.Length);

    /// <summary>0 for a scalar, 1 for [] and {}.</summary>
    public int Depth => _depth ??= Kind < JsonKind.Array ? 0
        : !_utf8.IsEmpty ? DepthOfText()
        : 1 + (Kind == JsonKind.Object ? _members!.Select(m => m.Value.Depth) : _items!.Select(i => i.Depth)).DefaultIfEmpty(0).Max();

    private int DepthOfText()
    {
        var reader = Reader();
        var depth = 0;
        while (reader.Read()) depth = Math.Max(depth, reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0));
        return depth;
    }

    /// <summary>How many values there are in it, itself and all nested ones counted.</summary>
    public int ElementCount
    {
        get
        {
            if (Kind < JsonKind.Array) return 1;
            var reader = Reader();
            var count = 0;
            while (reader.Read()) if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject)) count++;
            return count;
        }
    }

    private Utf8JsonReader Reader() => new(Utf8.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });

    private List<JsonMember> CutMembers()
    {
        var members = new List<JsonMember>();
        var reader = Reader();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            members.Add(new JsonMember(name, Cut(ref reader)));
        }
        return members;
    }

    private List<JsonValue> CutItems()
    {
        var items = new List<JsonValue>();
        var reader = Reader();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Cut(ref reader));
        return items;
    }

    private JsonValue Cut(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return FromChecked(Utf8[start..(int)reader.BytesConsumed]);
    }

    public bool Equals(JsonValue? other)
    {
        if (other is null || Kind != other.Kind) return false;
        if (ReferenceEquals(this, other)) return true;
        return Kind switch
        {
            JsonKind.Null => true,
            JsonKind.Boolean => Utf8.Span.SequenceEqual(other.Utf8.Span),
            JsonKind.Number => JsonNumber.AreEqual(Utf8.Span, other.Utf8.Span),
            JsonKind.String => Utf8.Span.SequenceEqual(other.Utf8.Span) || ((IsEscaped || other.IsEscaped) && string.Equals(AsText(), other.AsText(), StringComparison.Ordinal)),
            JsonKind.Array => TextEquals(other) || Items.SequenceEqual(other.Items),
            _ => TextEquals(other) || MembersEqual(other),
        };
    }

    // Strings without escapes have one spelling.
    private bool IsEscaped => Utf8.Span.Contains((byte)'\\');

    private bool TextEquals(JsonValue other) => !_utf8.IsEmpty && !other._utf8.IsEmpty && _utf8.Span.SequenceEqual(other._utf8.Span);

    private bool MembersEqual(JsonValue other)
    {
        if (Members.Count != other.Members.Count) return false;
        var others = other.Members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
        foreach (var (name, value) in Members)
            if (!others.TryGetValue(name, out var theirs) || !value.Equals(theirs)) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as JsonValue);

    // Equal values have many spellings, so the hash holds only what all of them share.
    public override int GetHashCode() => Kind switch
    {
        JsonKind.String => string.GetHashCode(AsText(), StringComparison.Ordinal),
        JsonKind.Array => HashCode.Combine(Kind, Items.Count),
        JsonKind.Object => HashCode.Combine(Kind, Members.Count),
        _ => (int)Kind,
    };

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    private static JsonKind KindOf(byte first) => first switch
    {
        (byte)'{' => JsonKind.Object,
        (byte)'[' => JsonKind.Array,
        (byte)'"' => JsonKind.String,
        (byte)'t' or (byte)'f' => JsonKind.Boolean,
        (byte)'n' => JsonKind.Null,
        _ => JsonKind.Number,
    };
}

public readonly record struct JsonMember(string Name, JsonValue Value);
