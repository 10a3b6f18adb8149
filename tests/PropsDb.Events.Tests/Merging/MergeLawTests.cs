namespace PropsDb.Events.Tests;

public sealed class MergeLawTests
{
    private static void Always(Action<Sides> law)
    {
        Sides.Wholesale.Sample(law, iter: 600);
        Sides.Stepwise.Sample(law, iter: 600);
    }

    [Fact]
    public void The_other_way_round_the_same_paths_conflict_with_their_sides_swapped() => Always(sides =>
    {
        var swapped = sides.Mirrored().Conflicts.Select(c => Show(c with { Local = c.Remote, Remote = c.Local }));
        sides.Merge().Conflicts.Select(Show).Order(StringComparer.Ordinal).ShouldBe(swapped.Order(StringComparer.Ordinal));
    });

    [Fact]
    public void With_an_unchanged_remote_side_the_local_side_comes_out() => Always(sides =>
    {
        var merge = ThreeWayMerge.Of(sides.Local, sides.Base);
        merge.Conflicts.ShouldBeEmpty();
        Show(merge.Merged.Now).ShouldBe(Show(sides.Local.Now));
    });

    [Fact]
    public void With_an_unchanged_local_side_nothing_happens() => Always(sides =>
    {
        var rewritten = new Draft(sides.Base);
        Gens.SetContent(rewritten, [.. sides.Base.Content.Collections.Select(c => new NamedCollection(c.Key, [.. c.Value.Properties.Select(p => new NamedValue(p.Key, p.Value.Value))]))]);
        foreach (var local in new[] { new Draft(sides.Base), rewritten })
        {
            var merge = ThreeWayMerge.Of(local, sides.RemoteDocument);
            merge.Conflicts.ShouldBeEmpty();
            merge.Merged.Events(Key).Select(Facts.Show).ShouldBeEmpty();
        }
    });

    [Fact]
    public void With_the_same_change_on_both_sides_nothing_happens() => Always(sides =>
    {
        var merge = ThreeWayMerge.Of(sides.Local, sides.LocalDocument);
        merge.Conflicts.ShouldBeEmpty();
        merge.Merged.Events(Key).Select(Facts.Show).ShouldBeEmpty();
    });

    [Fact]
    public void Merging_the_merged_result_again_changes_nothing() => Always(sides =>
    {
        var first = sides.Merge();
        var again = ThreeWayMerge.Of(sides.Local, Sides.After(first.Merged));
        again.Merged.Events(Key).Select(Facts.Show).ShouldBeEmpty();
        again.Conflicts.Count.ShouldBe(first.Conflicts.Count);
    });

    [Fact]
    public void The_merged_draft_becomes_exactly_the_events_it_needs() => Always(sides =>
    {
        var merge = sides.Merge();
        Same.Holds(merge.Merged, merge.Merged.Events(Key));
    });

    [Fact]
    public void Each_path_has_the_value_of_the_side_that_changed_it_and_a_conflicting_one_the_remote_value() => Always(sides =>
    {
        var merge = sides.Merge();
        var conflicts = merge.Conflicts.Select(c => c.Path.ToString()).ToHashSet(StringComparer.Ordinal);
        var names = new[] { "a", "b", "c", "é\"" };
        foreach (var path in names.SelectMany(c => names.Select(p => PropertyPath.Of(c, p))))
        {
            var (old, local, remote, merged) = (sides.Base.Content[path]?.Value, sides.Local.Now[path]?.Value, sides.Remote.Now[path]?.Value, merge.Merged.Now[path]?.Value);
            if (new[] { old, local, remote }.All(v => v is { Kind: JsonKind.Object })) continue; // merged member by member
            var (expected, conflicting) = Expected(sides, path, old, local, remote);
            conflicts.Contains(path.ToString()).ShouldBe(conflicting, $"a conflict at {path}");
            Equals(merged, expected).ShouldBeTrue($"{path} is {merged} and not {expected}");
        }
    });

    // Deleting a collection deletes every path in it, also those that it did not have.
    private static (JsonValue? Value, bool Conflicts) Expected(Sides sides, PropertyPath path, JsonValue? old, JsonValue? local, JsonValue? remote)
    {
        var (there, mine, theirs) = (sides.Base.Content[path.Collection!] is not null, sides.Local.Now[path.Collection!] is not null, sides.Remote.Now[path.Collection!] is not null);
        if (there && !mine) return remote is null || Equals(remote, old) ? (null, false) : (remote, true);
        if (there && !theirs) return (null, local is not null && !Equals(local, old));
        return (Equals(remote, old) ? local : remote, !Equals(local, old) && !Equals(remote, old) && !Equals(local, remote));
    }

    [Fact]
    public void Changes_of_different_properties_never_conflict_and_both_are_there() =>
        Gen.Select(Gens.Present, Edits("a", "b"), Edits("c", "é\"")).Sample((document, mine, theirs) =>
        {
            var sides = new Sides(document, Edit.All(document, mine), Edit.All(document, theirs));
            var merge = sides.Merge();
            merge.Conflicts.ShouldBeEmpty();
            var both = Edit.All(sides.RemoteDocument, mine);
            AsJson(merge.Merged.Now).Equals(AsJson(both.Now)).ShouldBeTrue($"{sides} merged {Show(merge.Merged.Now)}");
        }, iter: 600);

    // Properties of these names, in any collection; collections never go.
    private static Gen<Edit[]> Edits(params string[] names) => Gen.OneOf<Edit>(
        Gen.Select(Gens.Name, Gen.OneOf(names), Gens.Value, (c, p, value) => new Edit($"set {c} {p} {value}", d => d.SetProperty(PropertyPath.Of(c, p), value))),
        Gen.Select(Gens.Name, Gen.OneOf(names), (c, p) => new Edit($"remove {c} {p}", d => d.RemoveProperty(PropertyPath.Of(c, p))))).Array[0, 5];
}
