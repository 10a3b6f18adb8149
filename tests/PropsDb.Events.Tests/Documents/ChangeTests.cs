namespace PropsDb.Events.Tests;

public sealed class ChangeTests
{
    private static string[] Changes(Document before, params DocumentEvent[] events) => [.. Change.Of(before, events).Select(Text)];

    private static string Text(Change change) => $"{change.Op} {change.Path} {change.Value?.ToString() ?? "-"}, was {change.Previous?.ToString() ?? "-"}";

    [Fact]
    public void A_property_set_or_deleted_is_one_change_with_the_value_before() =>
        Changes(Scenario.Present.Current, PropertyIs("/ui/theme", "1"), PropertyIs("/ui/n", "2"), PropertyGone("/ui/size"))
            .ShouldBe(["set /ui/theme 1, was \"dark\"", "set /ui/n 2, was -", "delete /ui/size -, was 2"]);

    [Fact]
    public void A_new_collection_is_one_set_and_a_deleted_one_is_one_delete() =>
        Changes(Scenario.Present.Current, CollectionIs("n", """{"a":1}"""), CollectionGone("ui"))
            .ShouldBe(["""set /n {"a":1}, was -""", """delete /ui -, was {"theme":"dark","size":2}"""]);

    [Fact]
    public void An_order_is_the_list_of_names() =>
        Changes(Scenario.Present.Current, new PropertiesOrdered(0, "ui", ["size", "theme"]), new CollectionsOrdered(0, ["net", "ui"]))
            .ShouldBe(["""order /ui ["size","theme"], was ["theme","size"]""", """order  ["net","ui"], was ["ui","net"]"""]);

    [Fact]
    public void Creation_deletion_and_restoration_are_one_change_a_collection()
    {
        Changes(Document.Unborn, Created, CollectionIs("ui", "{}")).ShouldBe(["set /ui {}, was -"]);
        Changes(Scenario.Present.Current, Deleted).ShouldBe(["""delete /ui -, was {"theme":"dark","size":2}""", "delete /net -, was {}"]);
        Changes(Scenario.Gone.Current, Restored).ShouldBe(["""set /ui {"theme":"dark","size":2}, was -""", "set /net {}, was -"]);
    }

    [Fact]
    public void Creation_anew_shows_nothing_of_the_life_before() => Changes(Scenario.Gone.Current, Created, CollectionIs("ui", "{}")).ShouldBe(["set /ui {}, was -"]);

    [Fact]
    public void A_roll_back_shows_what_it_changed() => Changes(Scenario.Present.Current, new DocumentRolledBack(0, 1), PropertyIs("/ui/size", "1")).ShouldBe(["set /ui/size 1, was 2"]);

    [Fact]
    public void Between_two_documents_are_the_changes_that_a_commit_would_have_made()
    {
        var moved = Scenario.Present.And(PropertyIs("/ui/size", "2.0"), PropertyIs("/ui/theme", "1")).Current;
        Change.Between(Key, Scenario.Present.Current, moved).Select(Text).ShouldBe(["set /ui/theme 1, was \"dark\""]);
        Change.Between(Key, moved, moved).ShouldBeEmpty();
        Change.Between(Key, Scenario.Present.Current, Scenario.Gone.Current).Select(Text).ShouldBe(["""delete /ui -, was {"theme":"dark","size":2}""", "delete /net -, was {}"]);
        Change.Between(Key, Scenario.Gone.Current, Scenario.Present.Current).Select(Text).ShouldBe(["""set /ui {"theme":"dark","size":2}, was -""", "set /net {}, was -"]);
    }
}
