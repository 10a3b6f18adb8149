using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections.Search;

namespace PropsDb.Projections.Tests.Search;

public sealed class SearchProjectorTests : IAsyncLifetime
{
    private readonly SearchFixture _fixture = new();

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    private static readonly SearchScope Shared = SearchFixture.All("jam", "shared");

    private static Filter Is(string path, string value) =>
        new Filter.AtPath(JsonPointer.TryParse(path, out var pointer) ? pointer : default, Comparison.Equal, StoreFixture.Json(value));

    private async Task<string> Rows() => await _fixture.Store.Scalar<string>("""
        SELECT coalesce(string_agg(concat_ws('|', id, tier, owner, name, version, position, is_deleted, created_at, created_by, updated_at, updated_by, content, searchable, texts, word_count,
            (SELECT array_agg(t ORDER BY t) FROM unnest(terms) t), is_whole), E'\n' ORDER BY id), '') FROM propsdb.search_document
        """);

    [Fact]
    public async Task A_document_is_found_by_what_it_is_now()
    {
        var key = StoreFixture.Key("d");
        await _fixture.Create(key, """{"ui":{"theme":"dark"}}""");
        await _fixture.CatchUp();
        (await _fixture.Names(Shared, Is("/ui/theme", "\"dark\""))).ShouldBe(["d"]);
        await _fixture.Store.Set(key, "/ui/theme", "\"light\"", 1);
        await _fixture.CatchUp();
        (await _fixture.Names(Shared, Is("/ui/theme", "\"dark\""))).ShouldBeEmpty();
        (await _fixture.Names(Shared, Is("/ui/theme", "\"light\""))).ShouldBe(["d"]);
        await _fixture.Store.Accepted(key, new DeleteDocument(), Precondition.At(2));
        await _fixture.CatchUp();
        (await _fixture.Names(Shared, Filter.Everything)).ShouldBeEmpty();
        await _fixture.Store.Accepted(key, new RestoreDocument(), Precondition.None);
        await _fixture.CatchUp();
        (await _fixture.Names(Shared, Is("/ui/theme", "\"light\""))).ShouldBe(["d"]);
        await _fixture.Store.Accepted(key, new DeleteDocument(), Precondition.At(4));
        await _fixture.Create(key, """{"new":{"life":1}}""");
        await _fixture.CatchUp();
        (await _fixture.Names(Shared, Is("/ui/theme", "\"light\""))).ShouldBeEmpty();
        (await _fixture.Names(Shared, Is("/new/life", "1.0"))).ShouldBe(["d"]);
        (await _fixture.Store.Scalar<long>("SELECT version FROM propsdb.search_document")).ShouldBe(6);
    }

    [Fact]
    public async Task Many_commits_to_one_document_while_nobody_looked_cost_one_row()
    {
        await _fixture.Stop();
        var key = StoreFixture.Key("d");
        await _fixture.Create(key, """{"ui":{"n":0}}""");
        for (var i = 1; i <= 50; i++) await _fixture.Store.Set(key, "/ui/n", $"{i}", i);
        _fixture.Start();
        await _fixture.CatchUp();
        (await _fixture.Names(Shared, Is("/ui/n", "50"))).ShouldBe(["d"]);
        // A row that was never written before has not been written since.
        (await _fixture.Store.Scalar<bool>("SELECT bool_and(ctid = '(0,1)') FROM propsdb.search_document")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_jsonb_cannot_hold_is_in_the_document_and_not_in_the_index()
    {
        await _fixture.Create(StoreFixture.Key("d"), """{"ui":{"nul":"a\u0000b","tiny":1e-99999,"zero":0e99999999999999999999,"list":["\u0000",5],"fine":1e308,"o":{"\u0000":1,"k":2}}}""");
        await _fixture.CatchUp();
        (await _fixture.Store.Scalar<string>("SELECT searchable::text FROM propsdb.search_document")).Replace(new string('0', 308), "…").ShouldBe("""{"ui": {"o": {"k": 2}, "fine": 1…, "list": [null, 5], "zero": 0}}""");
        var page = await _fixture.Queries.Page(new DocumentQuery(Shared, Filter.Everything, DocumentSort.ByName, 10, null), SearchFixture.NoIndexes, CancellationToken.None);
        page.Documents[0].Collections.ToString().ShouldBe("""{"ui":{"nul":"a\u0000b","tiny":1e-99999,"zero":0e99999999999999999999,"list":["\u0000",5],"fine":1e308,"o":{"\u0000":1,"k":2}}}""");
    }

    [Fact]
    public async Task A_rebuild_repairs_every_row_and_takes_out_those_that_nothing_stands_behind()
    {
        for (var i = 0; i < 450; i++) await _fixture.Create(StoreFixture.Key($"d{i}"), $$"""{"ui":{"n":{{i}},"text":"some words {{i}}"} }""");
        await _fixture.Store.Accepted(StoreFixture.Key("d7"), new DeleteDocument(), Precondition.At(1));
        await _fixture.CatchUp();
        var before = await Rows();
        await _fixture.Store.Execute("""
            UPDATE propsdb.search_document SET searchable = '{}', terms = '{}' WHERE name LIKE 'd1%';
            DELETE FROM propsdb.search_document WHERE name LIKE 'd2%';
            INSERT INTO propsdb.search_document SELECT 'jam', gen_random_uuid(), tier, owner, 'ghost' || i, version, position, is_deleted, created_at, created_by, updated_at, updated_by, content, searchable,
                name_words, word_count, texts, terms, is_whole FROM propsdb.search_document, generate_series(1, 50) i WHERE name = 'd3';
            """);
        await SearchIndex.AskForRebuild(_fixture.Store.Source, CancellationToken.None);
        await Rebuilt();
        (await Rows()).ShouldBe(before);
    }

    [Fact]
    public async Task A_rebuild_that_dies_in_the_middle_goes_on_where_it_was()
    {
        for (var i = 0; i < 450; i++) await _fixture.Create(StoreFixture.Key($"d{i}"), $$"""{"ui":{"n":{{i}} } }""");
        await _fixture.CatchUp();
        var before = await Rows();
        await _fixture.Stop();
        await _fixture.Store.Execute("UPDATE propsdb.search_document SET terms = '{}'");
        await SearchIndex.AskForRebuild(_fixture.Store.Source, CancellationToken.None);
        await using (var connection = await _fixture.Store.Source.OpenConnectionAsync())
        {
            var round = await SearchRound.Begin(connection, _fixture.Store.Reader, CancellationToken.None);
            await round.Rebuild(CancellationToken.None);
            round.Rebuilding.ShouldNotBeNull();
        }
        (await SearchIndex.IsRebuilding(_fixture.Store.Source, CancellationToken.None)).ShouldBeTrue();
        (await _fixture.Store.Scalar<long>("SELECT count(*) FROM propsdb.search_document WHERE terms = '{}'")).ShouldBe(250);
        _fixture.Start();
        await Rebuilt();
        (await Rows()).ShouldBe(before);
    }

    [Fact]
    public async Task Rows_of_another_format_answer_nobody_until_all_are_made_anew()
    {
        for (var i = 0; i < 250; i++) await _fixture.Create(StoreFixture.Key($"d{i}"), $$"""{"ui":{"n":{{i}} } }""");
        await _fixture.CatchUp();
        var before = await Rows();
        await _fixture.Stop();
        await _fixture.Store.Execute("UPDATE propsdb.search_document SET terms = '{}'");
        await _fixture.Store.Execute($"UPDATE propsdb.search_progress SET format = {SearchRow.Format - 1}");
        await using (var connection = await _fixture.Store.Source.OpenConnectionAsync())
        {
            var round = await SearchRound.Begin(connection, _fixture.Store.Reader, CancellationToken.None);
            do
            {
                await round.Run(CancellationToken.None);
                round.IsBuilt.ShouldBeFalse();
                await round.Rebuild(CancellationToken.None);
            }
            while (round.Rebuilding is not null);
            await round.Run(CancellationToken.None);
            round.IsBuilt.ShouldBeTrue();
        }
        (await Rows()).ShouldBe(before);
    }

    [Fact]
    public async Task An_index_that_was_never_complete_answers_nobody()
    {
        await _fixture.CatchUp();
        await _fixture.Stop();
        await _fixture.Store.Execute("UPDATE propsdb.search_progress SET is_built = false, position = 0");
        var elsewhere = new SearchProgress(_fixture.Store.Source, _fixture.Store.Queue);
        var asking = elsewhere.Includes("jam", null, CancellationToken.None);
        (await Task.WhenAny(asking, Task.Delay(500))).ShouldNotBe(asking);
        _fixture.Start();
        (await asking).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_names_a_position_waits_for_it_and_not_for_ever()
    {
        await _fixture.CatchUp();
        await _fixture.Stop();
        await _fixture.Create(StoreFixture.Key("d"), "{}");
        var head = await _fixture.Store.Scalar<long>("SELECT max(seq_id) FROM propsdb.mt_events");
        var waiting = _fixture.Progress.Includes("jam", head, CancellationToken.None);
        (await Task.WhenAny(waiting, Task.Delay(500))).ShouldNotBe(waiting);
        _fixture.Start();
        (await waiting).ShouldBeTrue();
        (await _fixture.Progress.Includes("jam", head + 1, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task One_node_makes_the_index_and_another_takes_over()
    {
        var progress = new SearchProgress(_fixture.Store.Source, _fixture.Store.Queue);
        await using var other = _fixture.StartProjector(progress);
        await _fixture.Create(StoreFixture.Key("d"), "{}");
        await _fixture.CatchUp();
        await _fixture.Stop();
        await _fixture.Create(StoreFixture.Key("e"), "{}");
        var head = await _fixture.Store.Scalar<long>("SELECT max(seq_id) FROM propsdb.mt_events");
        (await progress.Includes("jam", head, CancellationToken.None)).ShouldBeTrue();
        (await _fixture.Names(Shared, Filter.Everything)).ShouldBe(["d", "e"]);
    }

    private async Task Rebuilt()
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (!await SearchIndex.IsRebuilding(_fixture.Store.Source, CancellationToken.None)) return;
            await Task.Delay(20);
        }
        throw new TimeoutException("The rebuild does not end.");
    }
}
