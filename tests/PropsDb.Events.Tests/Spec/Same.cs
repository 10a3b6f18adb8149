namespace PropsDb.Events.Tests;

/// <summary>Equality as the contract means it: values by content, collections and properties in order.</summary>
internal static class Same
{
    public static bool Content(Content left, Content right) =>
        left.Collections.Names.SequenceEqual(right.Collections.Names, StringComparer.Ordinal)
        && left.Collections.All(c => Properties(c.Value, right[c.Key]!));

    private static bool Properties(Collection left, Collection right) =>
        left.Properties.Names.SequenceEqual(right.Properties.Names, StringComparer.Ordinal)
        && left.Properties.All(p => p.Value.Value.Equals(right.Properties[p.Key]!.Value));

    public static bool Documents(Document left, Document right) => left.Exists == right.Exists && Content(left.Visible, right.Visible);

    /// <summary>What every accepted draft owes: its events make what it shows, each of them is needed, and the sizes are right.</summary>
    public static void Holds(Draft draft, IReadOnlyList<DocumentEvent> events)
    {
        events.ShouldAllBe(e => e.Version == draft.Before.Version + (e is DocumentAdministration ? 0 : 1));
        var after = Fold(draft.Before, events);
        after.Exists.ShouldBe(draft.Exists);
        if (draft.Exists) Show(after.Content).ShouldBe(Show(draft.Now), $"folded {string.Join(" · ", events.Select(Show))} on {Show(draft.Before)}");
        after.StreamVersion.ShouldBe(draft.Before.StreamVersion + events.Count);
        Sizes(after.Content);
        if (draft.Exists) Sizes(draft.Now);
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is DocumentRolledBack or DocumentCreated or DocumentAdministration or SharesEnded or SharesReturned) continue; // they say what happened, not what is there
            var without = Fold(draft.Before, events.Where((_, n) => n != i));
            Documents(without, after).ShouldBeFalse($"{Show(events[i])} is not needed in {string.Join(" · ", events.Select(Show))} on {Show(draft.Before)}");
        }
    }

    public static void Sizes(Content content)
    {
        content.Bytes.ShouldBe(AsJson(content).Utf8.Length, Show(content));
        content.PropertyCount.ShouldBe(content.Collections.Sum(c => c.Value.Properties.Count));
        foreach (var (_, collection) in content.Collections)
            collection.Bytes.ShouldBe(JsonValue.Object(collection.Properties.Select(p => new JsonMember(p.Key, p.Value.Value))).Utf8.Length);
    }
}
