using System.Collections.Immutable;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Events.Apps.Operations;

/// <summary>One thing an administrator may ask of an app, decided on the app's state alone.</summary>
public abstract record AppOperation
{
    /// <summary>Whose stream the events go to; null: the app's own.</summary>
    public virtual string? User => null;

    /// <param name="at">The time at which it is decided.</param>
    public abstract Ruling Decide(App app, DateTimeOffset at);

    protected static Ruling Refuse(string code, string detail) => new(new Rejection(code, detail), []);

    protected static Ruling NotFound => Refuse("not_found", "There is nothing here.");

    protected static Ruling InvalidExpiry(string pointer) =>
        new(new Rejection("invalid_value", "expires_at has passed already.") { Faults = [new BodyFault(pointer, "expires_at has passed already.")] }, []);
}

/// <summary>What an operation comes to: a refusal, or what has happened; nothing where all was so before.</summary>
public readonly record struct Ruling(Rejection? Rejection, ImmutableArray<AppEvent> Events)
{
    public static Ruling NoChange { get; } = new(null, []);

    public static implicit operator Ruling(AppEvent e) => new(null, [e]);
}
