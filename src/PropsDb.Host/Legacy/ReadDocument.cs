using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Legacy;

/// <summary>A document, or those of its collections that <c>?collections=</c> names.</summary>
public static class ReadDocument
{
    public static async Task Handle(LegacyRequest request)
    {
        var asked = request.Inner.Query.List("collections") ?? [];
        var document = await request.Inner.Load();
        if (!document.Exists) throw new ProblemException(Replies.Of(Rejection.NotFound(PropertyPath.Document)));
        var there = document.Content.Collections.Names.Where(n => asked.Count == 0 || asked.Contains(n, StringComparer.Ordinal)).ToList();
        if (asked.Count > 0 && there.Count == 0) throw new ProblemException(Problem.NotFound("None of these collections is there."));
        // Empty collections are shown for what they are among the others; asked for alone they are nothing to show.
        await LegacyReplies.Send(request, document, asked.Count > 0 && there.TrueForAll(document.IsEmpty) ? [] : there);
    }

    internal static bool IsEmpty(this Document document, string collection) => document.Visible[collection]!.Properties.Count == 0;
}

/// <summary>One collection of a document.</summary>
public static class ReadCollection
{
    public static async Task Handle(LegacyRequest request)
    {
        var document = await request.Inner.Load();
        var name = request.Collection!;
        if (document.Visible[name] is null) throw new ProblemException(Replies.Of(Rejection.NotFound(document.Exists ? PropertyPath.OfCollection(name) : PropertyPath.Document)));
        await LegacyReplies.Send(request, document, document.IsEmpty(name) ? [] : [name]);
    }
}
