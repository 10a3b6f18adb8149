using System.Globalization;
using System.Text;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Benchmarks;

/// <summary>Documents of four collections, as they are after some writes.</summary>
internal static class Subject
{
    public static readonly DocumentKey Key = new("default", "shared", null, "settings");
    public static readonly PropertyPath Path = PropertyPath.Of("collection1", "property3");
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-11-22T12:00:00Z", CultureInfo.InvariantCulture);

    public static Commit CommitOf(long version) => new(version, At.AddSeconds(version), "user-1");

    /// <param name="size"><c>2 KB</c> or <c>2 MB</c>.</param>
    public static Document OfSize(string size)
    {
        var (properties, length) = size == "2 KB" ? (10, 32) : (1_200, 400);
        var collections = Enumerable.Range(1, 4).Select(c => new NamedCollection($"collection{c}",
            [.. Enumerable.Range(1, properties).Select(p => new NamedValue($"property{p}", JsonValue.Text(new string((char)('a' + p % 26), length))))])).ToList();
        return Apply(Document.Unborn, new Write(Key, new CreateDocument(collections), Precondition.At(0)));
    }

    public static Write Set(long version, string value) => new(Key, new SetProperty(Path, JsonValue.Text(value)), Precondition.At(version));

    public static Document Apply(Document document, Write write)
    {
        var accepted = (Decision.Accepted)write.Decide(document, ancestor: null, Limits.Default);
        return accepted.Events.Aggregate(document, (state, e) => Document.Evolve(state, e, CommitOf(document.Version + 1), position: 1));
    }

    /// <summary>An object of about so many bytes, as a client would send it.</summary>
    public static byte[] Json(int bytes)
    {
        var text = new StringBuilder("{");
        for (var i = 0; text.Length < bytes; i++) text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}\"name{i}\":{{\"text\":\"a value like any other\",\"number\":{i}.5,\"list\":[true,null,{i}]}}");
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }
}
