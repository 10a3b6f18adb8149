using Npgsql;
using PropsDb.Projections.Changes;

namespace PropsDb.Projections;

/// <summary>
/// What this node knows of a commit before the writer and everyone else is told: first who may do what, then the documents that are held in
/// memory, then those who follow the changes. So nobody who is told of a change reads an older document, and nobody is told of what was
/// committed after they lost the right to know.
/// </summary>
/// <param name="unviewed">Null where other nodes commit as well: there the store alone knows all that views are behind by.</param>
public sealed class AfterCommit(AppDirectory apps, DocumentCache cache, ChangeFeed feed, UnviewedDocuments? unviewed = null)
{
    /// <param name="positions">Of each commit; null: it was not accepted.</param>
    /// <param name="previous">Nothing lies between this position and the commits.</param>
    internal async ValueTask Apply(List<PendingCommit> commits, long?[] positions, long previous)
    {
        // An append that is done is behind all that were begun before it.
        if (cache.IsSuspended) Find();
        var isKnown = true;
        for (var i = 0; i < commits.Count; i++)
        {
            if (positions[i] is not { } position) continue;
            if (commits[i].View is { } view) cache.Committed(view.Key, view.At(position));
            if (commits[i].ConcernsAccess && isKnown) isKnown = await CatchUp();
        }
        unviewed?.Committed(commits, positions, previous);
        if (isKnown) feed.Committed(commits, positions, previous);
        else feed.ReadOn();
    }

    // Who reads the changes out of the store finds out first who may be told of them.
    private async ValueTask<bool> CatchUp()
    {
        try
        {
            await apps.CatchUp(CancellationToken.None);
            return true;
        }
        catch (NpgsqlException)
        {
            // The writer, who asks as well, is told so.
            return false;
        }
    }

    /// <summary>These were decided on what is no longer so.</summary>
    internal void Forget(IReadOnlyList<PendingCommit> commits)
    {
        foreach (var commit in commits)
            if (commit.View is { } view) cache.Forget(view.Key);
    }

    /// <summary>A group of commits is lost from sight: until it is known what became of it, memory is not what counts.</summary>
    internal void Lose() => cache.Suspend();

    /// <summary>No commit is under way but those to come.</summary>
    internal void Find()
    {
        cache.Resume();
        unviewed?.Forget();
        feed.ReadOn();
    }
}
