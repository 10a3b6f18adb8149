using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>
/// What can be looked up of a tier's documents, each as a number that app and tier are a part of: one index serves all apps, and no look-up in it
/// comes upon another's. The numbers are cut from SHA-256, so that no two meet by chance or by intent.
/// </summary>
internal sealed class TermSpace(string app, string tier)
{
    private readonly string _space = $"{app}\0{tier}\0";

    public long Owner(string owner) => Term('u', owner);

    /// <summary>This scalar stands at the path.</summary>
    public long Value(string pointer, JsonValue scalar) => Term('=', pointer, Canonical(scalar));

    /// <summary>This scalar is among the items of the list at the path.</summary>
    public long Item(string pointer, JsonValue scalar) => Term('@', pointer, Canonical(scalar));

    public long Kind(string pointer, JsonKind kind) => Term('k', pointer, ((int)kind).ToString(System.Globalization.CultureInfo.InvariantCulture));

    public long[] AnyKind(string pointer) => [.. Enum.GetValues<JsonKind>().Select(k => Kind(pointer, k))];

    /// <summary>A name or a text has the word.</summary>
    public long Word(string word) => Term('w', word);

    /// <summary>A property of the name is there.</summary>
    public long Property(string name) => Term('p', name);

    /// <summary>A property of the name says the word in a text of few words.</summary>
    public long Says(string property, string word) => Term('s', property, word);

    public long Says(string property, JsonValue scalar) => Term('j', property, Canonical(scalar));

    /// <summary>A property of the name has a text of many words, each of which is found as one of the document.</summary>
    public long SaysMuch(string property) => Term('m', property);

    private static string Canonical(JsonValue scalar) => scalar.Kind switch
    {
        JsonKind.Number => "n" + JsonNumber.Canonical(scalar.Utf8.Span, out _),
        JsonKind.String => "s" + scalar.AsText(),
        _ => scalar.ToString(),
    };

    // Nothing that is searched has U+0000.
    private long Term(char kind, string first, string second = "")
    {
        var bytes = Encoding.UTF8.GetBytes($"{_space}{kind}{first}\0{second}");
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }
}
