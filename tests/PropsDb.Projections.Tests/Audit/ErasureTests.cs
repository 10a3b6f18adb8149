using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Projections.Audit;

namespace PropsDb.Projections.Tests.Audit;

public sealed class ErasureTests : IAsyncLifetime
{
    private readonly AuditFixture _store = new();
    private static readonly PropertyPath Theme = PropertyPath.Parse("/ui/theme");

    public ValueTask InitializeAsync() => _store.InitializeAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task<ErasureOutcome> Erase(DocumentKey key, PropertyPath path, long? version = null)
    {
        await _store.Log.CatchUp(CancellationToken.None);
        return await new Erasure(_store.Source, _store.Time).Erase(key, path, version, CancellationToken.None);
    }

    private Task<string> Everywhere() => _store.Scalar<string>("""
        select (select string_agg(e::text, '') from propsdb.mt_events e) || (select coalesce(string_agg(v::text, ''), '') from propsdb.document_view v)
            || (select coalesce(string_agg(s::text, ''), '') from propsdb.document_snapshot s) || (select coalesce(string_agg(r::text, ''), '') from propsdb.receipt r)
            || (select coalesce(string_agg(c::text, ''), '') from propsdb.conflict c)
        """);

    [Fact]
    public async Task An_erased_value_is_gone_and_the_chain_still_verifies()
    {
        var key = StoreFixture.Key("d");
        await _store.Accepted(key, new CreateDocument([new("ui", [new("size", StoreFixture.Json("1.10")), new("theme", StoreFixture.Json("\"secret-one\"")), new("font", StoreFixture.Json("\"kept\""))])]), Precondition.None);
        await _store.Set(key, "/ui/theme", "\"secret-two\"", 1);
        await _store.Set(key, "/ui/theme", "\"now\"", 2);
        var head = await _store.Head();

        (await Erase(key, Theme)).ShouldBeOfType<ErasureOutcome.Current>();
        (await Everywhere()).ShouldContain("secret-one");
        (await Erase(key, Theme, 1)).ShouldBeOfType<ErasureOutcome.Erased>().Versions.ShouldBe([1]);
        (await Erase(key, Theme, 2)).ShouldBeOfType<ErasureOutcome.Erased>().Versions.ShouldBe([2]);

        var everywhere = await Everywhere();
        everywhere.ShouldNotContain("secret-one");
        everywhere.ShouldNotContain("secret-two");
        (await _store.Log.Head(AuditFixture.App, CancellationToken.None)).Seq.ShouldBeLessThanOrEqualTo(6);
        (await _store.Head()).Seq.ShouldBe(6);
        (await _store.Verify(head)).ShouldBe(new AuditFinding(6, null));

        var entries = await _store.Entries();
        Data(entries[1]).ShouldContain("""{"name":"size","value":1.10,"salt":""");
        Data(entries[1]).ShouldContain("""{"name":"theme","value":null,"erased":true,"digest":""");
        Data(entries[2]).ShouldContain("""
            "value":null,"erased":true,"digest":"
            """.Trim());
        entries[4].Event.Action.ShouldBe("value_erased");
        entries[4].Event.By.ShouldBe("operator");
        Data(entries[4]).ShouldContain("""
            "property":"/ui/theme"
            """.Trim());
        // The document is as it was, its versions and its history with it.
        var document = await _store.Load(key);
        (document.Version, document.Content[Theme]!.Value.ToString()).ShouldBe((3, "\"now\""));
        (await _store.Reader.At(key, 1, CancellationToken.None))!.Content[Theme]!.Value.ToString().ShouldBe("null");
        (await _store.Reader.At(key, 1, CancellationToken.None))!.Content[PropertyPath.Parse("/ui/size")]!.Value.ToString().ShouldBe("1.10");
        (await _store.History.Page(key, PropertyPath.Document, null, 10, true, CancellationToken.None)).Entries.Select(e => e.Commit.Version).ShouldBe([3, 2, 1]);
        (await _store.Set(key, "/ui/theme", "\"next\"", 3)).Version.ShouldBe(4);
        // Once more there is nothing to erase, and a value put back over an erased one is an alteration.
        (await Erase(key, Theme, 1)).ShouldBeOfType<ErasureOutcome.Erased>().Versions.ShouldBeEmpty();
        await _store.Execute("update propsdb.mt_events set data = jsonb_set(data, '{value}', '\"1\"') where type = 'property_set' and data ->> 'version' = '2'");
        (await _store.Verify()).FirstBad.ShouldBe(new AuditFault(3, "altered"));
    }

    [Fact]
    public async Task A_kept_neighbour_of_an_erased_value_is_still_proved()
    {
        var key = StoreFixture.Key("d");
        await _store.Accepted(key, new CreateDocument([new("ui", [new("theme", StoreFixture.Json("\"secret\"")), new("font", StoreFixture.Json("\"kept\""))])]), Precondition.None);
        await _store.Set(key, "/ui/theme", "1", 1);
        (await Erase(key, Theme)).ShouldBeOfType<ErasureOutcome.Current>();
        (await Erase(key, Theme, 1)).ShouldBeOfType<ErasureOutcome.Erased>();
        await _store.Execute("update propsdb.mt_events set data = jsonb_set(data, '{properties,1,value}', '\"\\\"other\\\"\"') where type = 'collection_set'");
        (await _store.Verify()).FirstBad.ShouldBe(new AuditFault(2, "altered"));
    }

    [Fact]
    public async Task Of_a_deleted_document_every_value_can_be_erased_from_view_and_snapshots_too()
    {
        var key = StoreFixture.Key("long");
        await _store.Fill("long", 2_001);
        var document = await _store.Load(key);
        document = await _store.Set(key, "/ui/theme", "\"secret\"", document.Version);
        for (var i = 0; i < 500; i++) document = await _store.Set(key, "/ui/size", $"{i}", document.Version);
        await _store.Views.Include(0, CancellationToken.None);
        (await _store.Scalar<long>("select count(*) from propsdb.document_snapshot where content like '%secret%'")).ShouldBeGreaterThan(0);
        await _store.Accepted(key, new DeleteDocument(), Precondition.At(document.Version));
        (await Everywhere()).ShouldContain("secret");
        (await Erase(key, Theme)).ShouldBeOfType<ErasureOutcome.Erased>().Versions.Count.ShouldBe(1);
        (await Everywhere()).ShouldNotContain("secret");
        var restored = await _store.Accepted(key, new RestoreDocument(), Precondition.None);
        restored.Content[Theme]!.Value.ToString().ShouldBe("null");
        restored.Content[PropertyPath.Parse("/ui/size")]!.Value.ToString().ShouldBe("499");
        StoreFixture.Show(await _store.Load(key)).ShouldBe(StoreFixture.Show(restored));
        await _store.Head();
        (await _store.Verify()).FirstBad.ShouldBeNull();
    }

    private static string Data(AuditEntry entry)
    {
        using var output = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(output)) entry.WriteData(writer);
        return System.Text.Encoding.UTF8.GetString(output.ToArray());
    }
}
