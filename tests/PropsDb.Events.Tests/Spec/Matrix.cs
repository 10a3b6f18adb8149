namespace PropsDb.Events.Tests;

/// <summary>One operation from a state under a precondition, all named by words, so that a table of rows reads as one.</summary>
internal static class Matrix
{
    /// <summary>
    /// unborn: version 0; moved: version 1 as <see cref="Scenario.Present"/>, at version 2 /ui/size became 3; gone: version 1 as that, deleted at version 2.
    /// </summary>
    public static Scenario State(string name) => name switch
    {
        "unborn" => Scenario.Unborn,
        "moved" => Scenario.Present.And(PropertyIs("/ui/size", "3")),
        "gone" => Scenario.Gone,
        _ => throw new ArgumentException(name, nameof(name)),
    };

    /// <summary>none, * (If-Match), absent (If-None-Match: *), N (document version), cN and pN (collection's and property's version).</summary>
    public static Precondition Demanding(string text) => text switch
    {
        "none" => Precondition.None,
        "*" => IfMatchStar,
        "absent" => IfNoneMatchStar,
        ['c', .. var version] => CollectionAt(long.Parse(version)),
        ['p', .. var version] => PropertyAt(long.Parse(version)),
        _ => At(long.Parse(text)),
    };

    public static string Outcome(Operation operation, string state, string precondition, ConflictStrategy strategy = ConflictStrategy.Manual, bool requiresVersion = true)
    {
        var outcome = State(state).When(operation, Demanding(precondition), strategy, requiresVersion);
        return outcome.Decision switch
        {
            Decision.Rejected(VersionConflict c) => $"version_conflict {c.Expected?.ToString() ?? "*"}≠{c.Actual}",
            Decision.Rejected(var rejection) => rejection.Code,
            _ => (outcome.Accepted.Events.Count == 0 ? "nothing" : string.Join(" · ", outcome.Accepted.Events.Select(Show))) + (outcome.Accepted.Merged ? " (merged)" : ""),
        };
    }
}
