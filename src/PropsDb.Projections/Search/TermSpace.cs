using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>
/// What can be looked up of a tier's documents, each as a number that app and tier are a part of: one index serves all apps, and no look-up in it
/// comes upon another's. The numbers are cut from SHA-256, so that no two meet by chance or by intent.
/// </summary>
/// <param name="remembers">Most terms of a document are those of the version before, or of another document: who makes rows keeps those it made.</param>
internal sealed class TermSpace(string app, string tier, bool remembers = false)
{
    private const int LongWord = 12;
    private const int MaxRemembered = 50_000;
    private const int MaxLength = 150;

    private static readonly ConcurrentDictionary<string, long> s_remembered = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> s_bySpan = s_remembered.GetAlternateLookup<ReadOnlySpan<char>>();
    private static int s_made;

    private readonly string _space = $"{app}\0{tier}\0";

    public long Owner(string owner) => Term('u', owner);

    /// <summary>This scalar stands at the path.</summary>
    public long Value(string pointer, JsonValue scalar) => Term('=', pointer, Canonical(scalar));

    /// <summary>This scalar is among the items of the list at the path.</summary>
    public long Item(string pointer, JsonValue scalar) => Term('@', pointer, Canonical(scalar));

    /// <summary>Some value of the kind stands at the path. A property is known by its name alone, in whatever collection.</summary>
    public long Kind(JsonPointer path, JsonKind kind) => path.Tokens is [_, var property] ? Property(property, kind) : Kind(path.ToString(), kind);

    public long Kind(string pointer, JsonKind kind) => Term('k', pointer, Digit(kind));

    /// <summary>A name or a text has the word.</summary>
    public long Word(string word) => Term('w', word);

    /// <summary>A property of the name has a value of the kind.</summary>
    public long Property(string name, JsonKind kind) => Term('p', name, Digit(kind));

    /// <summary>A property of the name is there: one of these terms is.</summary>
    public long[] Property(string name) => [.. Enum.GetValues<JsonKind>().Select(k => Property(name, k))];

    /// <summary>A property of the name says the word in a text of few words. A long word is rare, and found as one of the document.</summary>
    public long Says(string property, string word) => word.Length < LongWord ? Term('s', property, word) : Word(word);

    public long Says(string property, JsonValue scalar) => Term('j', property, Canonical(scalar));

    /// <summary>A property of the name has a text of many words, each of which is found as one of the document.</summary>
    public long SaysMuch(string property) => Term('m', property);

    private static string Digit(JsonKind kind) => ((int)kind).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Canonical(JsonValue scalar) => scalar.Kind switch
    {
        JsonKind.Number => "n" + JsonNumber.Canonical(scalar.Utf8.Span, out _),
        JsonKind.String => "s" + scalar.AsText(),
        _ => scalar.ToString(),
    };

    // Nothing that is searched has U+0000.
    private long Term(char kind, string first, string second = "")
    {
        if (!remembers || _space.Length + 1 + first.Length + 1 + second.Length > MaxLength) return Number($"{_space}{kind}{first}\0{second}");
        Span<char> room = stackalloc char[MaxLength];
        room.TryWrite($"{_space}{kind}{first}\0{second}", out var length);
        var text = room[..length];
        if (s_bySpan.TryGetValue(text, out var known)) return known;
        // To count a concurrent dictionary is to stop it.
        if (Interlocked.Increment(ref s_made) % MaxRemembered == 0) s_remembered.Clear();
        return s_bySpan[text] = Number(text);
    }

    private static long Number(ReadOnlySpan<char> text)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(utf8, digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }
}
