using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

/// <summary>The append function writes what Marten's own session would have written, and Marten reads it.</summary>
public sealed class MartenRowTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly DocumentEvent[] Facts =
    [
        new DocumentCreated(1, "shared", null, "rows"),
        new CollectionSet(1, "ui", [new("theme", StoreFixture.Json("\"d\\u0000ark\"")), new("size", StoreFixture.Json("1e2"))]),
    ];

    [Fact]
    public async Task Rows_are_those_of_Marten()
    {
        var (ours, theirs) = (StoreFixture.Key("ours"), StoreFixture.Key("theirs"));
        await store.Accepted(ours, new CreateDocument([new("ui", [new("theme", StoreFixture.Json("\"d\\u0000ark\"")), new("size", StoreFixture.Json("1e2"))])]), Precondition.None);
        var causation = await store.Scalar<string>($"select causation_id from propsdb.mt_events where stream_id = '{ours.StreamId}' limit 1");
        await using (var session = store.Marten.LightweightSession("jam"))
        {
            session.LastModifiedBy = "alice";
            session.CausationId = causation;
            session.Events.Append(theirs.StreamId, Facts.Length, Facts.Select(f => f is DocumentCreated c ? c with { Name = "ours" } : (object)f));
            await session.SaveChangesAsync();
        }
        // Another stream, other ids and other places in the order; all else is equal, the column types included.
        const string events = "select array_agg(to_jsonb(e) - 'seq_id' - 'id' - 'stream_id' - 'correlation_id' - 'headers' order by version)::text from propsdb.mt_events e where stream_id = ";
        (await store.Scalar<string>($"{events}'{ours.StreamId}'")).ShouldBe(await store.Scalar<string>($"{events}'{theirs.StreamId}'"));
        const string streams = "select (to_jsonb(s) - 'id' - 'timestamp' - 'created')::text from propsdb.mt_streams s where id = ";
        (await store.Scalar<string>($"{streams}'{ours.StreamId}'")).ShouldBe(await store.Scalar<string>($"{streams}'{theirs.StreamId}'"));
    }

    [Fact]
    public async Task Marten_reads_and_appends_to_what_was_written()
    {
        var key = StoreFixture.Key("shared-with-marten");
        await store.Set(key, "/ui/theme", "\"dark\"", 0);
        await using (var session = store.Marten.LightweightSession("jam"))
        {
            var read = await session.Events.FetchStreamAsync(key.StreamId);
            read.Select(e => e.EventTypeName).ShouldBe(["document_created", "collection_set"]);
            read[0].Data.ShouldBe(new DocumentCreated(1, "shared", null, "shared-with-marten"));
            read.ShouldAllBe(e => e.UserName == "alice");
            session.LastModifiedBy = "marten";
            session.Events.Append(key.StreamId, 3, new PropertySet(2, PropertyPath.Parse("/ui/theme"), StoreFixture.Json("1.10"), 2));
            await session.SaveChangesAsync();
        }
        // The view has not seen it: a read is the view and the tail of the stream behind it.
        var document = await store.Load(key);
        document.Version.ShouldBe(2);
        document.Content[PropertyPath.Parse("/ui/theme")]!.Value.ToString().ShouldBe("1.10");
        document.Updated.By.ShouldBe("marten");
        (await store.Set(key, "/ui/theme", "2", 2)).Version.ShouldBe(3);
    }

    [Fact]
    public async Task Apps_are_tenants_and_never_meet()
    {
        var (jam, other) = (new DocumentKey("jam", "shared", null, "twin"), new DocumentKey("other", "shared", null, "twin"));
        await store.Set(jam, "/c/p", "1", 0);
        (await store.Load(other)).Exists.ShouldBeFalse();
        await store.Set(other, "/c/p", "2", 0);
        (await store.Load(jam)).Content[PropertyPath.Parse("/c/p")]!.Value.ToString().ShouldBe("1");
        (await store.Scalar<long>($"select count(distinct tenant_id) from propsdb.mt_streams where id in ('{jam.StreamId}', '{other.StreamId}')")).ShouldBe(2);
    }
}
