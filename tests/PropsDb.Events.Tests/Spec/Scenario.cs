namespace PropsDb.Events.Tests;

/// <summary>Given events, one call a commit; when an operation under a precondition; then events, nothing, or a rejection.</summary>
internal sealed class Scenario
{
    private readonly List<Document> _versions = [Document.Unborn];
    private readonly List<(long Version, DocumentEvent Event)> _events = [];
    private Limits _limits = Limits.Default;

    public static Scenario Unborn => new();

    public static Scenario Given(params DocumentEvent[] commit) => new Scenario().And(commit);

    /// <summary>Version 1: /ui with theme and size, /net without properties.</summary>
    public static Scenario Present => Given(Created, CollectionIs("ui", """{"theme":"dark","size":2}"""), CollectionIs("net", "{}"));

    /// <summary>The same, deleted at version 2.</summary>
    public static Scenario Gone => Present.And(Deleted);

    public Document Current => _versions[^1];

    public Document AtVersion(long version) => _versions[(int)version];

    public Scenario And(params DocumentEvent[] commit)
    {
        var version = Current.Version + 1;
        var next = Fold(Current, commit.Select(e => e with { Version = version }));
        _events.AddRange(commit.Select(e => (version, e)));
        if (next.Version == Current.Version) _versions[^1] = next;
        else _versions.Add(next);
        return this;
    }

    /// <summary>What an undo of this commit must know, where these others are undone before it.</summary>
    public UndoneCommit Undone(long version, params long[] before) => new(AtVersion(version - 1), AtVersion(version),
        UndoneCommit.PathsTouched(_events.Where(e => e.Version > version && !before.Contains(e.Version)).Select(e => e.Event)));

    public Scenario Within(Limits limits)
    {
        _limits = limits;
        return this;
    }

    /// <summary>Under no other precondition: on the current version.</summary>
    public Outcome When(Operation operation) => When(operation, At(Current.Exists ? Current.Version : 0));

    public Outcome When(Operation operation, Precondition precondition, ConflictStrategy strategy = ConflictStrategy.Manual, bool requiresVersion = true)
    {
        var write = new Write(Key, operation, precondition, strategy, RequiresVersion: requiresVersion);
        var decision = write.Decide(Current, ancestor: null, _limits);
        if (decision is Decision.NeedsAncestor(var version)) decision = write.Decide(Current, AtVersion(version), _limits);
        return new Outcome(Current, decision);
    }
}

internal sealed record Outcome(Document Before, Decision Decision)
{
    public Decision.Accepted Accepted
    {
        get
        {
            var accepted = Decision.ShouldBeOfType<Decision.Accepted>((Decision as Decision.Rejected)?.Rejection.ToString());
            Same.Holds(accepted.Draft, accepted.Events);
            return accepted;
        }
    }

    public Rejection Rejected => Decision.ShouldBeOfType<Decision.Rejected>().Rejection;

    public Document After => Fold(Before, Accepted.Events);

    public Outcome Then(params string[] events)
    {
        Accepted.Events.Select(Show).ShouldBe(events);
        return this;
    }

    public Outcome ThenNothing() => Then();

    public Outcome ThenContent(string content)
    {
        Show(After).ShouldBe(content);
        return this;
    }

    public Outcome ThenMerged(bool merged = true)
    {
        Accepted.Merged.ShouldBe(merged);
        return this;
    }

    public Outcome ThenRejected(string code)
    {
        Rejected.Code.ShouldBe(code);
        return this;
    }

    public VersionConflict Conflict => Rejected.ShouldBeOfType<VersionConflict>();

    public Outcome ThenConflict(long? expected, long actual, params string[] conflicts)
    {
        Conflict.Code.ShouldBe("version_conflict");
        (Conflict.Expected, Conflict.Actual).ShouldBe((expected, actual));
        Conflict.Conflicts.Select(Show).ShouldBe(conflicts);
        Conflict.Remote.ShouldBeSameAs(Before);
        return this;
    }

    public Outcome ThenProposal(string? content)
    {
        (Conflict.Merged is { } merged ? Show(merged) : null).ShouldBe(content);
        return this;
    }
}
