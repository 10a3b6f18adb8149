using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>What became of an administrator's operation.</summary>
/// <param name="Before">The app as it was; unregistered where it did not exist.</param>
/// <param name="Rejection">Null: it was accepted, with these events or, where all was so before, with none.</param>
public sealed record AppOutcome(App Before, App After, IReadOnlyList<AppEvent> Events, Rejection? Rejection);

/// <summary>The only way to change an app: decide on the copy in memory, append at the stream's version decided on, and read on before answering.</summary>
public sealed class AppStreams(AppDirectory directory, CommitQueue queue, TimeProvider time)
{
    private const int MaxAttempts = 100;

    /// <param name="receipt">The answer to keep with the events for repetitions of the request.</param>
    public async Task<AppOutcome> Transact(string appId, AppOperation operation, Author author, CancellationToken cancel, Func<AppOutcome, Receipt?>? receipt = null)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var app = directory.Find(appId) ?? App.Unregistered(appId);
            var now = time.GetUtcNow();
            now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
            var ruling = operation.Decide(app, now);
            if (ruling.Rejection is { } rejection) return new(app, app, [], rejection);
            var after = ruling.Events.Aggregate(app, (state, e) => App.Evolve(state, e, now, author.By));
            var outcome = new AppOutcome(app, after, ruling.Events, null);
            if (ruling.Events.IsEmpty) return outcome;
            var (stream, expected) = operation.User is { } user
                ? (StreamIds.OfUser(appId, user), app.User(user).StreamVersion)
                : (StreamIds.OfApp(appId), app.StreamVersion);
            var commit = new PendingCommit(appId, stream, expected, [.. ruling.Events], new Commit(0, now, author.By, null, author.Message), author) { Receipt = receipt?.Invoke(outcome) };
            var positions = await queue.Append(new PendingAppend([commit]));
            if (positions is not null)
            {
                await directory.CatchUpWithCommit();
                return outcome;
            }
            // Another node has changed what this one decided on.
            await directory.CatchUp(cancel);
        }
        throw new TimeoutException($"Others were faster {MaxAttempts} times in a row.");
    }
}
