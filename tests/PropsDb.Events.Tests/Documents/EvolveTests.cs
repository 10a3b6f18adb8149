namespace PropsDb.Events.Tests;

public sealed class EvolveTests
{
    private static readonly Gen<string> s_user = Gen.OneOf("bob", "carol");

    private static readonly Gen<DocumentEvent> s_event = Gen.OneOf<DocumentEvent>(
        Gen.Const<DocumentEvent>(Created), Gen.Const<DocumentEvent>(Deleted), Gen.Const<DocumentEvent>(Restored),
        Gen.Int[0, 9].Select(DocumentEvent (to) => new DocumentRolledBack(0, to)),
        Gen.OneOf("merge", "last_write_wins", "nonsense").Null().Select(DocumentEvent (strategy) => new DocumentSettingsChanged(0, strategy)),
        Gen.Select(Gens.Path, Gen.Int[1, 9], DocumentEvent (path, number) => new ValueErased(0, path, number)),
        Gen.Select(s_user, Gen.Bool, Gen.Int[0, 3].Select(h => CommitOf(1).At.AddHours(h)).Nullable(), DocumentEvent (user, write, until) => new DocumentShared(0, "user", "a", "d", user, true, write, false, until)),
        s_user.Select(DocumentEvent (user) => new ShareRevoked(0, user)),
        s_user.Select(DocumentEvent (user) => new ShareExpired(0, user)),
        Gen.Const<DocumentEvent>(new SharesEnded(0)), Gen.Const<DocumentEvent>(new SharesReturned(0)),
        Gen.Select(Gens.Name, Gens.Properties, DocumentEvent (name, properties) => new CollectionSet(0, name, properties)),
        Gen.Select(Gens.Name, Gen.Int[0, 9], DocumentEvent (name, previous) => new CollectionDeleted(0, name, previous)),
        Gen.Select(Gens.Path, Gens.Value, Gen.Int[0, 9], DocumentEvent (path, value, previous) => new PropertySet(0, path, value, previous)),
        Gen.Select(Gens.Path, Gen.Int[0, 9], DocumentEvent (path, previous) => new PropertyDeleted(0, path, previous)),
        Gen.Shuffle(new[] { "a", "b", "c", "absent", "a" }, 0, 5).Select(DocumentEvent (names) => new CollectionsOrdered(0, names)),
        Gen.Select(Gens.Name, Gen.Shuffle(new[] { "a", "b", "c", "absent", "b" }, 0, 5), DocumentEvent (name, names) => new PropertiesOrdered(0, name, names)));

    [Fact]
    public void Every_event_is_accepted_in_every_state_and_the_sizes_stay_right() => Gen.Select(s_event, Gen.Int[0, 2]).Array[0, 20].Sample(history =>
    {
        var state = Document.Unborn;
        foreach (var (e, later) in history)
        {
            var stamped = e with { Version = Math.Max(1, state.Version + later) };
            var next = Document.Evolve(state, stamped, CommitOf(stamped.Version));
            next.StreamVersion.ShouldBe(state.StreamVersion + 1);
            // Settings are no commit.
            (next.Version, next.Updated).ShouldBe(e is DocumentAdministration ? (state.Version, state.Updated) : (stamped.Version, CommitOf(stamped.Version)));
            state = next;
        }
        Same.Sizes(state.Content);
        state.Exists.ShouldBe(state.Version > 0 && !state.IsDeleted);
    }, iter: 1_000);

    [Fact]
    public void The_generator_knows_every_event()
    {
        var seen = new HashSet<Type>();
        s_event.Array[400].Sample(events => { lock (seen) seen.UnionWith(events.Select(e => e.GetType())); }, iter: 5, threads: 1);
        seen.ShouldBe(StoredNames.OfDocumentEvents.Keys, ignoreOrder: true);
    }

    [Fact]
    public void A_deleted_document_shows_nothing_and_keeps_its_content()
    {
        var gone = Scenario.Gone.Current;
        (gone.Exists, gone.IsDeleted, gone.Visible.PropertyCount, gone.Content.PropertyCount).ShouldBe((false, true, 0, 2));
    }

    [Fact]
    public void What_never_was_does_not_exist() => (Document.Unborn.Exists, Document.Unborn.IsDeleted, Document.Unborn.Version).ShouldBe((false, false, 0));

    [Fact]
    public void Each_part_knows_the_commit_and_the_event_that_last_touched_it()
    {
        var document = Scenario.Present.And(PropertyIs("/ui/size", "3")).And(PropertyIs("/net/on", "1"), PropertyGone("/ui/theme")).Current;
        document.Content[PropertyPath.Of("ui", "size")]!.Commit.ShouldBe(CommitOf(2));
        document.Content[PropertyPath.Of("ui", "size")]!.Number.ShouldBe(4);
        document.Content["ui"]!.Commit.ShouldBe(CommitOf(3));
        document.Content["ui"]!.Number.ShouldBe(6);
        document.Content["net"]!.Commit.ShouldBe(CommitOf(3));
        (document.Created, document.Updated, document.StreamVersion).ShouldBe((CommitOf(1), CommitOf(3), 6));
    }

    [Fact]
    public void Evolving_makes_a_new_state_and_leaves_the_old_one()
    {
        var before = Scenario.Present.Current;
        Fold(before, [new CollectionDeleted(2, "ui", 2), new PropertySet(2, PropertyPath.Of("net", "a"), Json("1"), 0)]);
        Show(before).ShouldBe("""{"ui":{"theme":"dark","size":2},"net":{}}""");
    }
}
