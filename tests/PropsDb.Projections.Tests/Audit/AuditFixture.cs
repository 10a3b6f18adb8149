using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Projections.Audit;

namespace PropsDb.Projections.Tests.Audit;

/// <summary>A store with the node that links its events.</summary>
public sealed class AuditFixture : StoreFixture, IAsyncLifetime
{
    public const string App = "jam";

    public AuditProjector Projector { get; private set; } = null!;
    public AuditLog Log { get; private set; } = null!;
    public AuditVerification Verification { get; private set; } = null!;

    public new async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Projector = StartProjector(Queue);
        Log = new AuditLog(Source);
        Verification = new AuditVerification(Source);
    }

    public AuditProjector StartProjector(CommitQueue queue)
    {
        var projector = new AuditProjector(Source, queue, Time, NullLogger<AuditProjector>.Instance);
        projector.Start();
        return projector;
    }

    public new async ValueTask DisposeAsync()
    {
        await Projector.DisposeAsync();
        await base.DisposeAsync();
    }

    public async Task<ChainHead> Head()
    {
        await Log.CatchUp(CancellationToken.None);
        return await Log.Head(App, CancellationToken.None);
    }

    public Task<AuditFinding> Verify(ChainHead? known = null) => Verification.Of(App, known, CancellationToken.None);

    public async Task<IReadOnlyList<AuditEntry>> Entries(AuditQuery? query = null)
    {
        await Log.CatchUp(CancellationToken.None);
        return await Log.Read(query ?? Everything, CancellationToken.None).ToListAsync();
    }

    public static AuditQuery Everything { get; } = new(App, null, null, null, null, null, null);

    /// <summary>A long stream, in commits as large as one may be.</summary>
    public async Task Fill(string name, int events)
    {
        var (key, document) = (Key(name), Document.Unborn);
        while (document.StreamVersion < events)
        {
            var commit = new Commit(document.Version + 1, Time.GetUtcNow(), "alice");
            var facts = Enumerable.Range(0, Math.Min(1_000, events - (int)document.StreamVersion)).Select(DocumentEvent (i) => document.Version == 0 && i == 0
                ? new DocumentCreated(1, "shared", null, name)
                : new PropertySet(commit.Version, PropertyPath.Of("c", $"p{i % 20}"), Json($"\"a value of some length {i}\""), 0)).ToList();
            var after = facts.Aggregate(document, (state, e) => Document.Evolve(state, e, commit));
            var positions = await Queue.Append(new PendingAppend([PendingCommit.Of(key, document, after, facts, commit, new Author("alice"))]));
            document = after with { Position = positions![0] };
        }
    }
}
