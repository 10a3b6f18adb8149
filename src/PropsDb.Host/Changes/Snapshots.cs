using System.Runtime.CompilerServices;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Changes;

/// <summary>The documents that are followed, as they are when somebody begins to follow them.</summary>
public sealed class Snapshots(DocumentLists lists, DocumentQueries queries, SearchProgress progress, DocumentReader documents)
{
    private const int PageSize = 100;

    /// <param name="atLeast">They hold every commit up to this position.</param>
    public async IAsyncEnumerable<HeldDocument> Of(Subscription subscription, long atLeast, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var held in Candidates(subscription, atLeast, cancel))
        {
            // It may have become another one since it was found.
            if (held.State.Exists && subscription.Filter?.Matches(Subject.Of(held.Key, held.State)) != false && subscription.MayBeShown(held.Key)) yield return held;
        }
    }

    private async IAsyncEnumerable<HeldDocument> Candidates(Subscription subscription, long atLeast, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (subscription.Document is { } one)
        {
            yield return await documents.Hold(one, cancel);
            yield break;
        }
        foreach (var scope in subscription.Readable())
        {
            var found = subscription.Filter is { } filter ? Found(scope, filter, atLeast, cancel) : Listed(scope, atLeast, cancel);
            await foreach (var held in found) yield return held;
        }
    }

    private async IAsyncEnumerable<HeldDocument> Listed(SearchScope scope, long atLeast, [EnumeratorCancellation] CancellationToken cancel)
    {
        ListPlace? after = null;
        do
        {
            var page = await lists.List(new ListQuery(scope.App, scope.Tier, scope.Owner, scope.Shared, scope.OnlyShared, "", false, DocumentOrder.Name, false, PageSize, 0, after, WithContent: true), cancel, atLeast);
            foreach (var listed in page.Documents) yield return new HeldDocument(new DocumentKey(scope.App, scope.Tier, listed.Owner, listed.Name), listed.Content!);
            after = page.Next;
        } while (after is not null);
    }

    private async IAsyncEnumerable<HeldDocument> Found(SearchScope scope, Filter filter, long atLeast, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (!await progress.Includes(scope.App, atLeast, cancel)) throw new TimeoutException("The search index is too far behind.");
        var indexes = await queries.ReadyIndexes(scope.App, scope.Tier, cancel);
        Place? after = null;
        do
        {
            var page = await queries.Page(new DocumentQuery(scope, filter, DocumentSort.ByName, PageSize, after), indexes, cancel);
            foreach (var document in page.Documents) yield return await documents.Hold(new DocumentKey(scope.App, scope.Tier, document.Owner, document.Name), cancel);
            after = page.Next;
        } while (after is not null);
    }
}
