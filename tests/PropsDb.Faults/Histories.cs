namespace PropsDb.Faults;

public enum Outcome { Ok, Refused, Unknown }

/// <summary>What one client did to one document, as the client saw it. A batch is one of these for each of its documents.</summary>
/// <param name="Id">Stands in the written value, and is sent as the idempotency key.</param>
/// <param name="Sent">Of the first attempt, in nanoseconds of the run's clock.</param>
/// <param name="Received">Of the last answer.</param>
/// <param name="Version">The version written or read, where the outcome is ok.</param>
/// <param name="Value">What was read; null for writes.</param>
/// <param name="Batch">What stands or falls together.</param>
/// <param name="WasDisturbed">An attempt had no answer, or that the service is unavailable.</param>
public sealed record Op(int Client, string Id, string Document, bool IsRead, long Sent, long Received, Outcome Outcome, long? IfMatch = null, long? Version = null, string? Value = null, string? Batch = null, bool WasDisturbed = false)
{
    public override string ToString() => $"{(IsRead ? "read" : "write")} {Id} of {Document} by {Client}: {Outcome} v{Version}";
}

/// <summary>One commit as the history read by REST has it.</summary>
/// <param name="Changes">Its values by path; null for what it deleted.</param>
public sealed record Commit(string Document, long Version, IReadOnlyDictionary<string, string?> Changes)
{
    /// <summary>The ids of the operations whose values it carries.</summary>
    public IEnumerable<string> Ids => Changes.Values.OfType<string>().Distinct();
}

/// <summary>One thing that a subscriber was told, in the order in which it was.</summary>
/// <param name="Session">The how-manieth connection of the subscriber.</param>
/// <param name="Position">Where the subscriber could resume.</param>
/// <param name="Commit">The followed part of a commit; null: a marker that says how far all was sent.</param>
public sealed record Delivery(int Session, string Position, Commit? Commit);

/// <summary>What a subscriber followed, and all that it was told.</summary>
/// <param name="Follows">Whether a path of a document is in what it asked for.</param>
/// <param name="MayRead">Whether it may know a document.</param>
/// <param name="ResumedBehindMark">Of each session: it went on from a marker, not from a commit.</param>
/// <param name="IsReference">It follows everything, so that its order is the order.</param>
public sealed record Subscriber(string Name, Func<string, string, bool> Follows, Func<string, bool> MayRead, IReadOnlyList<Delivery> Deliveries, IReadOnlyDictionary<int, bool> ResumedBehindMark, bool IsReference = false);

/// <summary>A whole run.</summary>
/// <param name="Begun">From when on its pace counts.</param>
/// <param name="FaultAt">When the first fault was, if there was one.</param>
/// <param name="FaultOver">When the last one was healed.</param>
public sealed record Run(IReadOnlyList<Op> Ops, IReadOnlyDictionary<string, IReadOnlyList<Commit>> Histories, IReadOnlyList<Subscriber> Subscribers, long Begun = 0, long? FaultAt = null, long? FaultOver = null);

/// <summary>A promise that a run broke.</summary>
public sealed record Violation(string Check, string What)
{
    public override string ToString() => $"{Check}: {What}";

    /// <summary>The first of them, and how many there are of each check.</summary>
    public static string Report(IReadOnlyList<Violation> all) =>
        $"{string.Join('\n', all.Take(20))}\n{string.Join('\n', all.GroupBy(v => v.Check).Select(g => $"{g.Key}: {g.Count()}"))}";
}
