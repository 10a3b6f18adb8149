using PropsDb.Projections.Search;

namespace PropsDb.Projections.Tests.Search;

/// <summary>How much of what is behind a round takes in, and how long the index rests after it.</summary>
public sealed class SearchRoundTests : IAsyncLifetime
{
    private readonly SearchFixture _fixture = new();

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_round_takes_few_events_and_twice_as_many_after_a_full_one()
    {
        await _fixture.CatchUp();
        await _fixture.Stop();
        for (var i = 0; i < 200; i++) await _fixture.Create(StoreFixture.Key($"d{i}"), """{"ui":{"n":1}}""");
        await using var connection = await _fixture.Store.Source.OpenConnectionAsync();
        var round = await SearchRound.Begin(connection, _fixture.Store.Reader, CancellationToken.None);
        var waiting = await Waiting();
        var taken = new List<long>();
        while (await round.Run(CancellationToken.None))
        {
            round.IsBehind.ShouldBeFalse();
            taken.Add(waiting - (waiting = await Waiting()));
        }
        taken[..3].ShouldBe([48, 96, 192]);
        (await Waiting()).ShouldBe(0);

        Task<long> Waiting() => _fixture.Store.Scalar<long>("SELECT count(*) FROM propsdb.mt_events WHERE seq_id > (SELECT position FROM propsdb.search_progress)");
    }

    [Fact]
    public async Task Who_is_behind_by_many_documents_takes_no_more_of_them_at_once()
    {
        const int Documents = 5_000, EventsOfMany = 3_072;
        await _fixture.Stop();
        await Parallel.ForAsync(0, Documents, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await _fixture.Create(StoreFixture.Key($"d{i}"), """{"ui":{"n":1}}"""));
        await using var connection = await _fixture.Store.Source.OpenConnectionAsync();
        var round = await SearchRound.Begin(connection, _fixture.Store.Reader, CancellationToken.None);
        var (taken, areBehind) = (new List<long>(), new List<bool>());
        for (var (from, hasMore) = (round.Position, true); hasMore; from = round.Position)
        {
            hasMore = await round.Run(CancellationToken.None);
            taken.Add(round.Position - from);
            areBehind.Add(round.IsBehind);
        }
        // 48 events and twice as many each time; two events make a document, and 1,536 of those are many.
        taken[..8].ShouldBe([48, 96, 192, 384, 768, 1_536, EventsOfMany, EventsOfMany]);
        areBehind.ShouldBe([false, false, false, false, false, false, true, true, false]);
        (await _fixture.Store.Scalar<long>("SELECT count(*) FROM propsdb.search_document")).ShouldBe(Documents);
    }

    [Theory]
    [InlineData(1_200, 8_000, 0)]               // it keeps up
    [InlineData(1_600, 8_000, 1)]
    [InlineData(100_000, 8_000, 12)]
    [InlineData(0, 4_000_000, 0)]               // nobody writes
    [InlineData(10, 4_000_000, 4)]
    [InlineData(20, 4_000_000, 8)]
    [InlineData(20, 3 * 32 * 1024, 2)]
    [InlineData(3_200, 4_000_000, 8)]           // the more of both
    [InlineData(5_200, 4_000_000, 10)]
    public void It_rests_for_many_events_and_for_large_rows(double eventsPerSecond, double bytesOfARow, double rests) =>
        SearchProjector.Rests(eventsPerSecond, bytesOfARow).ShouldBe(rests);

    [Fact]
    public async Task A_round_tells_how_large_its_rows_were()
    {
        await _fixture.Stop();
        await using var connection = await _fixture.Store.Source.OpenConnectionAsync();
        var round = await SearchRound.Begin(connection, _fixture.Store.Reader, CancellationToken.None);
        await _fixture.Create(StoreFixture.Key("small"), """{"ui":{"n":1}}""");
        while (await round.Run(CancellationToken.None)) { }
        round.BytesOfARow.ShouldBeInRange(1, 1_000);
        await _fixture.Create(StoreFixture.Key("large"), $$$"""{"ui":{"text":"{{{new string('x', 100_000)}}}"}}""");
        while (await round.Run(CancellationToken.None)) { }
        round.BytesOfARow.ShouldBeInRange(200_000, 400_000);
    }
}
