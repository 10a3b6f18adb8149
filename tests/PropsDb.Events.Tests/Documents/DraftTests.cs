namespace PropsDb.Events.Tests;

public sealed class DraftTests
{
    private static string[] Events(Document on, Action<Draft> edit)
    {
        var draft = new Draft(on);
        edit(draft);
        var events = draft.Events(Key);
        Same.Holds(draft, events);
        return [.. events.Select(Show)];
    }

    private static readonly PropertyPath s_theme = PropertyPath.Of("ui", "theme");

    [Fact]
    public void Setting_back_within_one_write_is_no_event() =>
        Events(Scenario.Present.Current, d =>
        {
            d.SetProperty(s_theme, Json("1"));
            d.SetProperty(s_theme, Json("\"dark\""));
        }).ShouldBeEmpty();

    [Fact]
    public void Adding_and_taking_away_within_one_write_is_no_event() =>
        Events(Scenario.Present.Current, d =>
        {
            d.SetProperty(PropertyPath.Of("new", "a"), Json("1"));
            d.RemoveCollection("new");
            d.SetProperty(PropertyPath.Of("ui", "b"), Json("1"));
            d.RemoveProperty(PropertyPath.Of("ui", "b"));
        }).ShouldBeEmpty();

    [Fact]
    public void A_property_deleted_and_set_again_in_one_write_stands_at_the_end() =>
        Events(Scenario.Present.Current, d =>
        {
            d.RemoveProperty(s_theme);
            d.SetProperty(s_theme, Json("\"dark\""));
        }).ShouldBe(["/ui order size theme"]);

    [Fact]
    public void A_collection_deleted_and_set_again_in_one_write_stands_at_the_end() =>
        Events(Scenario.Present.Current, d =>
        {
            d.RemoveCollection("ui");
            d.SetCollection("ui", Named("""{"theme":"dark","size":2}"""));
        }).ShouldBe(["order net ui"]);

    [Fact]
    public void A_collection_deleted_and_begun_again_by_a_property_stands_at_the_end() =>
        Events(Scenario.Present.Current, d =>
        {
            d.RemoveCollection("ui");
            d.SetProperty(s_theme, Json("\"dark\""));
        }).ShouldBe(["/ui/size deleted, was 2", "order net ui"]);

    [Fact]
    public void A_new_property_added_removed_and_added_again_stands_where_it_was_added_last() =>
        Events(Scenario.Given(Created, CollectionIs("ui", "{}")).Current, d =>
        {
            d.SetProperty(PropertyPath.Of("ui", "p"), Json("1"));
            d.SetProperty(PropertyPath.Of("ui", "q"), Json("2"));
            d.RemoveProperty(PropertyPath.Of("ui", "p"));
            d.SetProperty(PropertyPath.Of("ui", "p"), Json("1"));
        }).ShouldBe(["/ui/q = 2, was 0", "/ui/p = 1, was 0"]);

    [Fact]
    public void Restored_and_set_to_what_it_was_is_a_restoration_alone() =>
        Events(Scenario.Gone.Current, d =>
        {
            d.Restore();
            Gens.SetContent(d, Collections("""{"ui":{"theme":"dark","size":2.0},"net":{}}"""));
        }).ShouldBe(["restored"]);

    [Fact]
    public void Restored_and_changed_is_a_restoration_and_the_differences() =>
        Events(Scenario.Gone.Current, d =>
        {
            d.Restore();
            Gens.SetContent(d, Collections("""{"net":{},"ui":{"theme":"light","size":2}}"""));
        }).ShouldBe(["restored", "/ui/theme = \"light\", was 2", "order net ui"]);

    [Fact]
    public void Restored_with_a_property_taken_away_and_set_again_has_it_at_the_end() =>
        Events(Scenario.Gone.Current, d =>
        {
            d.Restore();
            d.RemoveProperty(s_theme);
            d.SetProperty(s_theme, Json("\"dark\""));
        }).ShouldBe(["restored", "/ui order size theme"]);

    [Fact]
    public void A_roll_back_is_marked_where_it_changed_anything()
    {
        Events(Scenario.Present.Current, d =>
        {
            d.SetProperty(s_theme, Json("1"));
            d.MarkRolledBack(1);
        }).ShouldBe(["rolled back to 1", "/ui/theme = 1, was 2"]);
        Events(Scenario.Present.Current, d => d.MarkRolledBack(1)).ShouldBeEmpty();
    }

    [Fact]
    public void Deleting_what_is_absent_is_no_event()
    {
        Events(Scenario.Unborn.Current, d => d.Delete()).ShouldBeEmpty();
        Events(Scenario.Gone.Current, d => d.Delete()).ShouldBeEmpty();
    }
}
