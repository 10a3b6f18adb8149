namespace PropsDb.Events.Tests;

public sealed class DocumentKeyTests
{
    // Stored streams have these ids: worked out apart from the product, they never change.
    [Theory]
    [InlineData("jam-build", "user", "user-123", "preferences", "89db7fcf-4932-8273-a2f7-3b4e68595b92")]
    [InlineData("default", "app", null, "settings", "09ab3f87-cecb-89d7-bdc1-52cbd9967565")]
    [InlineData("default", "app", "", "settings", "b96d2d15-ec65-88a0-a675-b4b051002b18")]
    public void A_key_has_the_id_it_always_had(string app, string tier, string? owner, string name, string id) =>
        new DocumentKey(app, tier, owner, name).StreamId.ShouldBe(Guid.Parse(id));

    [Fact]
    public void Ids_are_UUIDs_of_version_8() => Gen.String.Sample(name =>
    {
        var id = new DocumentKey("a", "b", null, name).StreamId;
        (id.Version, id.Variant & 0xC).ShouldBe((8, 8));
    }, iter: 200);

    [Fact]
    public void Parts_do_not_run_into_each_other()
    {
        DocumentKey[] keys =
        [
            new("a", "bc", null, "d"), new("ab", "c", null, "d"), new("a", "b", null, "cd"), new("a", "b", "c", "d"), new("a", "b", "cd", ""),
            new("a", "b", "", "cd"), new("a", "b", null, "d"), new("a", "b", "", "d"),
        ];
        keys.Select(k => k.StreamId).Distinct().Count().ShouldBe(keys.Length);
    }

    [Fact]
    public void Equal_keys_are_equal_with_their_ids()
    {
        new DocumentKey("a", "b", "o", "c").ShouldBe(new DocumentKey("a", "b", "o", "c"));
        new DocumentKey("a", "b", "o", "c").ShouldNotBe(new DocumentKey("a", "b", "O", "c"));
    }
}
