using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

/// <summary>What the memory of documents in use takes, and who goes when that is too much.</summary>
public sealed class DocumentCacheTests
{
    private const int Size = 10_000;

    private static HeldDocument Document(string name, long version = 1, int size = Size)
    {
        var value = new Property(JsonValue.Text(new string('x', size)), Commit.None, version);
        var content = Content.Empty.With("c", Collection.Empty.With("p", value));
        return new HeldDocument(StoreFixture.Key(name), Events.Documents.Document.Unborn with { Version = version, StreamVersion = version, Content = content });
    }

    private static bool Keep(DocumentCache cache, HeldDocument document)
    {
        cache.Keep(document, cache.Stamp(document.Key));
        return cache.Find(document.Key) == document;
    }

    private static void Read(HeldDocument document) => document.Text(0, held => new byte[held.State.Content.Bytes]);

    [Fact]
    public void A_text_counts_from_when_it_was_made()
    {
        var cache = new DocumentCache(3 * (Size + 2_000), () => true);
        var documents = new[] { Document("a"), Document("b"), Document("c") };
        foreach (var document in documents) Keep(cache, document).ShouldBeTrue();
        documents.ShouldAllBe(d => cache.Find(d.Key) == d);
        Read(documents[2]);
        documents.Count(d => cache.Find(d.Key) == d).ShouldBe(2);
    }

    [Fact]
    public void A_text_of_an_old_version_does_not_count()
    {
        var cache = new DocumentCache(3 * (Size + 2_000), () => true);
        var (old, b, c) = (Document("a"), Document("b"), Document("c"));
        foreach (var document in new[] { old, b, c }) Keep(cache, document).ShouldBeTrue();
        var after = Document("a", version: 2);
        cache.Committed(after.Key, after.State);
        Read(old);
        new[] { old.Key, b.Key, c.Key }.ShouldAllBe(k => cache.Find(k) != null);
    }

    [Fact]
    public void Who_has_been_asked_for_stays_and_the_oldest_other_goes()
    {
        var cache = new DocumentCache(3 * (Size + 2_000), () => true);
        var (a, b, c, d) = (Document("a"), Document("b"), Document("c"), Document("d"));
        foreach (var document in new[] { a, b, c }) cache.Keep(document, cache.Stamp(document.Key));
        cache.Find(a.Key).ShouldBe(a);
        cache.Keep(d, cache.Stamp(d.Key));
        cache.Find(b.Key).ShouldBeNull();
        new[] { a, c, d }.ShouldAllBe(held => cache.Find(held.Key) == held);
    }

    [Fact]
    public void What_is_larger_than_all_memory_is_not_kept_and_pushes_nobody_out()
    {
        var cache = new DocumentCache(3 * (Size + 2_000), () => true);
        var (a, b) = (Document("a"), Document("b", size: 2 * Size));
        Keep(cache, a).ShouldBeTrue();
        var large = Document("large", size: 4 * Size);
        var stamp = cache.Stamp(large.Key);
        Keep(cache, large).ShouldBeFalse();
        cache.Stamp(large.Key).ShouldBe(stamp);     // it was never there
        Keep(cache, b).ShouldBeTrue();
        Read(b);        // which doubles it
        cache.Find(b.Key).ShouldBeNull();
        cache.Find(a.Key).ShouldBe(a);
    }

    [Fact]
    public void What_was_loaded_before_it_was_thrown_out_is_not_kept()
    {
        var cache = new DocumentCache(Size + 2_000, () => true);
        var a = Document("a");
        cache.Keep(a, cache.Stamp(a.Key));
        var stamp = cache.Stamp(a.Key);
        Keep(cache, Document("b")).ShouldBeTrue();
        cache.Keep(Document("a"), stamp);
        cache.Find(a.Key).ShouldBeNull();
    }
}
