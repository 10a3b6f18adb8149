namespace PropsDb.Events.Tests;

public sealed class MergeTests
{
    private static void Merges(string ancestor, string local, string remote, string merged, params string[] conflicts)
    {
        var merge = Sides.Of(ancestor, local, remote).Merge();
        merge.Conflicts.Select(Show).ShouldBe(conflicts);
        Show(merge.Merged.Now).ShouldBe(merged);
        Same.Holds(merge.Merged, merge.Merged.Events(Key));
    }

    [Fact]
    public void Each_side_keeps_what_it_changed() =>
        Merges("""{"ui":{"a":1,"b":2,"c":3}}""", """{"ui":{"a":10,"b":2,"d":4}}""", """{"ui":{"a":1,"b":20,"c":3,"e":5}}""", """{"ui":{"a":10,"b":20,"e":5,"d":4}}""");

    [Fact]
    public void The_same_change_on_both_sides_is_no_conflict_and_keeps_the_remote_spelling() =>
        Merges("""{"ui":{"a":1,"b":1}}""", """{"ui":{"a":2.0}}""", """{"ui":{"a":2}}""", """{"ui":{"a":2}}""");

    [Fact]
    public void Different_changes_of_one_property_conflict() =>
        Merges("""{"ui":{"a":1,"b":1}}""", """{"ui":{"a":2,"b":5}}""", """{"ui":{"a":3,"b":1}}""", """{"ui":{"a":3,"b":5}}""", "/ui/a: base 1, remote 3, local 2");

    [Fact]
    public void Deletion_and_change_conflict_both_ways()
    {
        Merges("""{"ui":{"a":1}}""", """{"ui":{}}""", """{"ui":{"a":3}}""", """{"ui":{"a":3}}""", "/ui/a: base 1, remote 3, local -");
        Merges("""{"ui":{"a":1}}""", """{"ui":{"a":2}}""", """{"ui":{}}""", """{"ui":{}}""", "/ui/a: base 1, remote -, local 2");
    }

    [Fact]
    public void Both_may_delete_the_same() => Merges("""{"ui":{"a":1},"x":{}}""", """{"ui":{}}""", """{"ui":{}}""", """{"ui":{}}""");

    [Fact]
    public void A_deleted_collection_conflicts_at_each_changed_property()
    {
        Merges("""{"ui":{"a":1,"b":2}}""", "{}", """{"ui":{"a":3,"b":2,"c":4}}""", """{"ui":{"a":3,"c":4}}""", "/ui/a: base 1, remote 3, local -", "/ui/c: base -, remote 4, local -");
        Merges("""{"ui":{"a":1,"b":2}}""", """{"ui":{"a":3,"b":2,"c":4}}""", "{}", "{}", "/ui/a: base 1, remote -, local 3", "/ui/c: base -, remote -, local 4");
    }

    [Fact]
    public void A_deleted_collection_stays_deleted_where_the_other_side_only_deleted_or_ordered_in_it()
    {
        Merges("""{"ui":{"a":1,"b":2}}""", "{}", """{"ui":{"b":2}}""", "{}");
        Merges("""{"ui":{"a":1,"b":2}}""", """{"ui":{"b":2,"a":1}}""", "{}", "{}");
    }

    [Fact]
    public void A_collection_added_on_both_sides_is_merged_by_property() =>
        Merges("{}", """{"ui":{"a":1,"b":2,"c":3}}""", """{"ui":{"c":3.0,"a":1,"d":4}}""", """{"ui":{"c":3.0,"a":1,"d":4,"b":2}}""");

    [Fact]
    public void A_collection_added_on_both_sides_conflicts_where_values_differ() =>
        Merges("{}", """{"ui":{"a":1}}""", """{"ui":{"a":2}}""", """{"ui":{"a":2}}""", "/ui/a: base -, remote 2, local 1");

    [Fact]
    public void Objects_on_all_three_sides_merge_member_by_member() =>
        Merges("""{"ui":{"at":{"x":{"p":1,"q":2},"y":1}}}""", """{"ui":{"at":{"x":{"p":9,"q":2},"y":1,"l":0}}}""", """{"ui":{"at":{"x":{"p":1,"q":8},"r":0}}}""",
            """{"ui":{"at":{"x":{"p":9,"q":8},"r":0,"l":0}}}""");

    [Fact]
    public void A_conflict_inside_an_object_names_the_member() =>
        Merges("""{"ui":{"at":{"x":{"p/q":1},"y":1}}}""", """{"ui":{"at":{"x":{"p/q":2},"y":5}}}""", """{"ui":{"at":{"x":{"p/q":3},"y":1}}}""",
            """{"ui":{"at":{"x":{"p/q":3},"y":5}}}""", "/ui/at/x/p~1q: base 1, remote 3, local 2");

    [Fact]
    public void A_member_deleted_on_one_side_and_changed_on_the_other_conflicts() =>
        Merges("""{"ui":{"at":{"x":1,"y":1}}}""", """{"ui":{"at":{"y":2}}}""", """{"ui":{"at":{"x":2,"y":1}}}""", """{"ui":{"at":{"x":2,"y":2}}}""", "/ui/at/x: base 1, remote 2, local -");

    [Fact]
    public void Arrays_are_atoms()
    {
        Merges("""{"ui":{"l":[1,2]}}""", """{"ui":{"l":[1,2,3]}}""", """{"ui":{"l":[0,1,2]}}""", """{"ui":{"l":[0,1,2]}}""", "/ui/l: base [1,2], remote [0,1,2], local [1,2,3]");
        Merges("""{"ui":{"l":[{"x":1,"y":1}]}}""", """{"ui":{"l":[{"x":2,"y":1}]}}""", """{"ui":{"l":[{"x":1,"y":2}]}}""", """{"ui":{"l":[{"x":1,"y":2}]}}""",
            """/ui/l: base [{"x":1,"y":1}], remote [{"x":1,"y":2}], local [{"x":2,"y":1}]""");
    }

    [Fact]
    public void An_object_added_on_both_sides_is_an_atom() =>
        Merges("""{"ui":{}}""", """{"ui":{"at":{"x":1}}}""", """{"ui":{"at":{"y":1}}}""", """{"ui":{"at":{"y":1}}}""", """/ui/at: base -, remote {"y":1}, local {"x":1}""");

    [Theory]
    [InlineData("""{"b":1,"a":1,"c":1}""", """{"a":1,"b":1,"c":1}""", """{"b":1,"a":1,"c":1}""")]
    [InlineData("""{"a":1,"b":1,"c":1}""", """{"b":1,"a":1,"c":1}""", """{"b":1,"a":1,"c":1}""")]
    [InlineData("""{"c":1,"b":1,"a":1}""", """{"b":1,"a":1,"c":1}""", """{"b":1,"a":1,"c":1}""")]
    [InlineData("""{"c":1,"a":1,"b":1}""", """{"a":1,"b":1,"c":1,"d":1}""", """{"c":1,"a":1,"b":1,"d":1}""")]
    [InlineData("""{"a":1,"b":1,"c":1,"d":1}""", """{"c":1,"a":1,"b":1}""", """{"c":1,"a":1,"b":1,"d":1}""")]
    [InlineData("""{"d":1,"a":1,"b":1,"c":1}""", """{"a":1,"c":1}""", """{"d":1,"a":1,"c":1}""")]
    [InlineData("""{"c":1,"a":1}""", """{"a":1,"b":2,"c":1}""", """{"c":1,"a":1,"b":2}""", "/ui/b: base 1, remote 2, local -")]
    public void The_order_of_the_side_that_changed_it_is_kept_and_the_remote_one_if_both_did(string local, string remote, string merged, params string[] conflicts)
    {
        const string Base = """{"a":1,"b":1,"c":1}""";
        Merges($"{{\"ui\":{Base}}}", $"{{\"ui\":{local}}}", $"{{\"ui\":{remote}}}", $"{{\"ui\":{merged}}}", conflicts);
        if (conflicts.Length > 0) return;
        static string Collections(string names) => names.Replace("1", "{}");
        Merges(Collections(Base), Collections(local), Collections(remote), Collections(merged));
    }

    [Fact]
    public void New_collections_of_both_sides_stand_after_each_other_the_remote_first() =>
        Merges("""{"a":{}}""", """{"a":{},"l":{}}""", """{"a":{},"r":{}}""", """{"a":{},"r":{},"l":{}}""");

    [Fact]
    public void Local_additions_keep_the_order_in_which_they_were_added_last()
    {
        var document = Gens.DocumentOf(Collections("""{"ui":{}}"""));
        var local = new Draft(document);
        foreach (var name in new[] { "p", "q" }) local.SetProperty(PropertyPath.Of("ui", name), Json("1"));
        local.RemoveProperty(PropertyPath.Of("ui", "p"));
        local.SetProperty(PropertyPath.Of("ui", "p"), Json("1"));
        Show(ThreeWayMerge.Of(local, document).Merged.Now).ShouldBe("""{"ui":{"q":1,"p":1}}""");
    }

    [Fact]
    public void A_deleted_document_conflicts_at_every_changed_property_either_way()
    {
        var document = Gens.DocumentOf(Collections("""{"ui":{"a":1,"b":1}}"""));
        var changed = new Draft(document);
        Gens.SetContent(changed, Collections("""{"ui":{"a":2,"b":1},"new":{"c":3}}"""));
        var deleted = new Draft(document);
        deleted.Delete();
        var sides = new Sides(document, deleted, changed);
        sides.Merge().Conflicts.Select(Show).ShouldBe(["/ui/a: base 1, remote 2, local -", "/new/c: base -, remote 3, local -"]);
        sides.Mirrored().Conflicts.Select(Show).ShouldBe(["/ui/a: base 1, remote -, local 2", "/new/c: base -, remote -, local 3"]);
    }

    [Fact]
    public void Deleting_what_nobody_changed_deletes_it()
    {
        var document = Gens.DocumentOf(Collections("""{"ui":{"a":1}}"""));
        var deleted = new Draft(document);
        deleted.Delete();
        ThreeWayMerge.Of(deleted, document).Merged.Events(Key).Select(Show).ShouldBe(["deleted"]);
    }

    [Fact]
    public void A_conflict_carries_the_commit_of_the_remote_value()
    {
        var scenario = Scenario.Present.And(PropertyIs("/ui/theme", "1"));
        var local = new Draft(scenario.AtVersion(1));
        local.SetProperty(PropertyPath.Of("ui", "theme"), Json("2"));
        ThreeWayMerge.Of(local, scenario.Current).Conflicts.ShouldHaveSingleItem().RemoteCommit.ShouldBe(CommitOf(2));
    }

    // The remote side's new order was one against the property that the local side deleted: nothing of it is left to keep.
    [Fact]
    public void Merging_an_order_again_changes_nothing()
    {
        var sides = Sides.Of("""{"ui":{"a":1,"c":1}}""", """{"ui":{"n":1,"a":1}}""", """{"ui":{"c":1,"a":1}}""");
        ThreeWayMerge.Of(sides.Local, Sides.After(sides.Merge().Merged)).Merged.Events(Key).Select(Show).ShouldBeEmpty();
    }

    [Fact]
    public void Large_objects_are_merged_in_reasonable_time()
    {
        static string Large(string last) => "{\"ui\":{\"at\":{" + string.Concat(Enumerable.Range(0, 8_000).Select(i => $"\"member{i}\":{i},")) + $"\"last\":{last}}}}}}}";
        var sides = Sides.Of(Large("0"), Large("""0,"local":1"""), Large("1"));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        sides.Merge().Conflicts.ShouldBeEmpty();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }
}
