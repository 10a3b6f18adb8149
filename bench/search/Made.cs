using System.Globalization;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.SearchBench;

/// <summary>Documents of about 2 KB, the same at every run: the number of one says all of it.</summary>
internal static class Made
{
    public const string App = "bench";
    public const string Tier = "notes";
    public const int Groups = 50_000;
    private const int Vocabulary = 20_000;

    private static readonly string[] Words = [.. Enumerable.Range(0, Vocabulary).Select(Word)];

    public static string Owner(int number, int owners) => string.Create(CultureInfo.InvariantCulture, $"user-{number % owners}");

    public static string Category(int number) => string.Create(CultureInfo.InvariantCulture, $"category-{Mixed(number, 1) % 20}");

    // Of a million documents 20 are in each group, of whichever owners.
    public static int Group(int number) => (int)((long)number * 7_919 % Groups);

    // And 20 have each of these in their list.
    public static int Circle(int number, int place) => (int)((number * 104_729L + place * 15_485_863L) % Groups) + place * Groups;

    /// <summary>A word of a text; small numbers are common, great ones rare, as in any language.</summary>
    public static string Word(int rank)
    {
        const string Letters = "etaoinshrdlucmfwypvbgkjqxz";
        var word = "";
        for (var rest = rank + 400; rest > 0; rest /= 20) word += Letters[rest % 20];
        return word + Letters[rank % 26] + Letters[rank * 7 % 26];
    }

    public static (DocumentKey Key, Document Document) Document(int number, int owners)
    {
        var key = new DocumentKey(App, Tier, Owner(number, owners), string.Create(CultureInfo.InvariantCulture, $"note-{Mixed(number, 2) % 1_000_000:D6}-{number}"));
        var at = DateTimeOffset.UnixEpoch.AddSeconds(1_790_000_000 + number);
        var commit = new Commit(1, at, key.Owner!, null, null);
        var random = new Random(number);
        var text = string.Join(' ', Enumerable.Range(0, 150).Select(_ => Words[(int)(Vocabulary * Math.Pow(random.NextDouble(), 3))]));
        var content = Content.From(
        [
            Collection("tags", ("category", Quoted(Category(number))), ("group", Group(number).ToString(CultureInfo.InvariantCulture)),
                ("circles", $"[{Circle(number, 0)},{Circle(number, 1)}]"),
                ("labels", $"[{string.Join(',', Enumerable.Range(0, 3).Select(i => Quoted($"label-{Mixed(number, 3 + i) % 5_000}")))}]")),
            Collection("ui", ("theme", random.Next(2) == 0 ? "\"dark\"" : "\"light\""), ("scale", (random.Next(100, 300) / 100m).ToString(CultureInfo.InvariantCulture)), ("open", random.Next(2) == 0 ? "true" : "false"),
                ("recent", $"[{string.Join(',', Enumerable.Range(0, 8).Select(_ => Quoted(Convert.ToHexString(BitConverter.GetBytes(random.NextInt64())))))}]")),
            Collection("body", ("title", Quoted(string.Join(' ', text.Split(' ')[..3]))), ("text", Quoted(text)), ("size", random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)), ("link", Quoted($"https://example.com/{Mixed(number, 9)}/{number}"))),
        ]);
        return (key, new Document { Version = 1, StreamVersion = 4, Position = number + 1, Created = commit, Updated = commit, Content = content });

        KeyValuePair<string, Collection> Collection(string name, params (string Name, string Value)[] properties) => KeyValuePair.Create(name,
            Events.Documents.Collection.From(properties.Select(p => KeyValuePair.Create(p.Name, new Property(JsonValue.FromChecked(p.Value), commit, 1))), commit, 1));
    }

    private static string Quoted(string text) => $"\"{text}\"";

    private static uint Mixed(int number, int salt)
    {
        var x = (uint)number * 2_654_435_761u + (uint)salt * 40_503u;
        x ^= x >> 15;
        x *= 2_246_822_519u;
        return x ^ (x >> 13);
    }
}
