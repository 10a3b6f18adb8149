namespace PropsDb.Projections.Tests;

public sealed class SealTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_position_is_good_for_its_app_alone_and_on_every_node()
    {
        using var seal = await Seal.Open(store.Source, CancellationToken.None);
        using var other = await Seal.Open(store.Source, CancellationToken.None);
        var position = seal.Position("jam", 42);
        position.Length.ShouldBeInRange(1, 64);
        position.ShouldAllBe(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_');
        other.TryPosition("jam", position, out var number).ShouldBeTrue();
        number.ShouldBe(42);
        seal.TryPosition("other", position, out _).ShouldBeFalse();
        foreach (var forged in new[] { "", "1", "x", position[..^1], position + "A", new string('A', 22), "%%%%%%%%%%%%%%%%%%%%%%" })
            seal.TryPosition("jam", forged, out _).ShouldBeFalse(forged);
    }

    [Fact]
    public async Task Positions_do_not_tell_how_much_others_write()
    {
        using var seal = await Seal.Open(store.Source, CancellationToken.None);
        Enumerable.Range(1, 100).Select(n => seal.Position("jam", n)[..4]).Distinct().Count().ShouldBeGreaterThan(95);
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_query_alone()
    {
        using var seal = await Seal.Open(store.Source, CancellationToken.None);
        var cursor = seal.Cursor("list one", "place\n1");
        seal.PlaceOf("list one", cursor).ShouldBe("place\n1");
        seal.PlaceOf("list two", cursor).ShouldBeNull();
        foreach (var forged in new[] { "", "A", cursor[..^4], cursor + "AAAA", "not base64!" }) seal.PlaceOf("list one", forged).ShouldBeNull(forged);
    }
}
