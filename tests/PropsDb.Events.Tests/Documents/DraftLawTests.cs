namespace PropsDb.Events.Tests;

public sealed class DraftLawTests
{
    private static void Lawful(Draft draft) => Same.Holds(draft, draft.Events(Key));

    [Fact]
    public void Any_edits_of_a_document_become_exactly_the_events_they_need() =>
        Gen.Select(Gens.Present, Gens.Edit.Array[0, 6]).Sample((document, edits) => Lawful(Edit.All(document, edits)), iter: 1_000, print: Print);

    [Fact]
    public void Any_replacement_of_a_document_becomes_exactly_the_events_it_needs() =>
        Gen.Select(Gens.Present, Gens.Replacement.Array[1, 2]).Sample((document, edits) => Lawful(Edit.All(document, edits)), iter: 500, print: Print);

    [Fact]
    public void Any_edits_of_a_document_that_begins_become_exactly_the_events_they_need() =>
        Gen.Select(Gens.Present, Gens.Edit.Array[0, 6]).Sample((document, edits) =>
            Lawful(Edit.All(Fold(document, [new DocumentDeleted(2)]), edits.Prepend(new Edit("create", d => d.Create())))), iter: 500, print: Print);

    [Fact]
    public void Any_edits_of_a_document_that_returns_become_exactly_the_events_they_need() =>
        Gen.Select(Gens.Present, Gens.Edit.Array[0, 6]).Sample((document, edits) =>
            Lawful(Edit.All(Fold(document, [new DocumentDeleted(2)]), edits.Prepend(new Edit("restore", d => d.Restore())))), iter: 1_000, print: Print);

    [Fact]
    public void The_touched_paths_hold_every_path_that_changed() => Gen.Select(Gens.Present, Gens.Edit.Array[0, 6]).Sample((document, edits) =>
    {
        var draft = Edit.All(document, edits);
        foreach (var e in draft.Events(Key))
        {
            var (collection, property) = e switch
            {
                CollectionSet set => (set.Collection, null),
                CollectionDeleted gone => (gone.Collection, null),
                PropertySet set => (set.Path.Collection, set.Path.Property),
                PropertyDeleted gone => (gone.Path.Collection, gone.Path.Property),
                _ => (null, null),
            };
            if (collection is not null) draft.TouchedCollections.ShouldContain(collection);
            if (property is not null) draft.TouchedProperties(collection!).ShouldContain(property);
            if (e is PropertiesOrdered order) draft.MayHaveReordered(order.Collection).ShouldBeTrue();
            if (e is CollectionsOrdered) draft.MayHaveReorderedCollections.ShouldBeTrue();
        }
    }, iter: 1_000, print: Print);

    private static string Print((Document On, Edit[] Edits) sample) => $"{Show(sample.On)}: {string.Join(" · ", sample.Edits.Select(e => e.Text))}";
}
