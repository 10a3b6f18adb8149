namespace PropsDb.Events.Tests;

/// <summary>Two writers' edits of one ancestor.</summary>
internal sealed record Sides(Document Base, Draft Local, Draft Remote)
{
    public Document LocalDocument => After(Local);
    public Document RemoteDocument => After(Remote);

    public ThreeWayMerge Merge() => ThreeWayMerge.Of(Local, RemoteDocument);

    public ThreeWayMerge Mirrored() => ThreeWayMerge.Of(Remote, LocalDocument);

    public static Document After(Draft draft) => Fold(draft.Before, draft.Events(Key));

    public static Sides Of(string ancestor, string local, string remote)
    {
        var document = Gens.DocumentOf(Collections(ancestor));
        return new(document, Replaced(document, local), Replaced(document, remote));
    }

    private static Draft Replaced(Document document, string content)
    {
        var draft = new Draft(document);
        Gens.SetContent(draft, Collections(content));
        return draft;
    }

    private static Gen<Sides> Generated(Gen<Edit[]> edits) =>
        Gen.Select(Gens.Present, edits, edits, (document, local, remote) => new Sides(document, Edit.All(document, local), Edit.All(document, remote)));

    /// <summary>Each side as a batch may leave it: any edits one after another.</summary>
    public static Gen<Sides> Stepwise { get; } = Generated(Gens.Edit.Array[0, 4]);

    /// <summary>Each side as a PUT of the whole leaves it: the outcome alone, without a way to it.</summary>
    public static Gen<Sides> Wholesale { get; } = Stepwise.Select(s => new Sides(s.Base, Rewritten(s.Base, s.LocalDocument), Rewritten(s.Base, s.RemoteDocument)));

    private static Draft Rewritten(Document document, Document outcome)
    {
        var draft = new Draft(document);
        Gens.SetContent(draft, [.. outcome.Visible.Collections.Select(c => new NamedCollection(c.Key, [.. c.Value.Properties.Select(p => new NamedValue(p.Key, p.Value.Value))]))]);
        return draft;
    }

    public override string ToString() => $"base {Show(Base)} local {Show(Local.Now)} remote {Show(Remote.Now)}";
}
