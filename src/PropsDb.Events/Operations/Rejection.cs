using System.Collections.Immutable;
using PropsDb.Events.Documents;
using PropsDb.Events.Merging;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>A rule said no.</summary>
/// <param name="Code">One of the contract's error codes.</param>
/// <param name="Faults">Where in the request's body the fault is, if it is there.</param>
public record Rejection(string Code, string Detail, ImmutableArray<BodyFault> Faults = default)
{
    /// <summary>The rule was named in If-Match or If-None-Match, so the answer is 412 and not 409.</summary>
    public bool ByHeader { get; init; }

    public static Rejection NotFound(PropertyPath path) => new("not_found", path switch
    {
        { Property: not null } => $"There is no property at {JsonPointer.Shown(path.ToString())}.",
        { Collection: not null } => $"There is no collection at {JsonPointer.Shown(path.ToString())}.",
        _ => "There is no such document.",
    });

    public static Rejection InvalidValue(string detail, string pointer) => new("invalid_value", detail, [new(pointer, detail)]);

    public static Rejection InvalidName(string detail, string pointer) => new("invalid_name", detail, [new(pointer, detail)]);

    public static Rejection TooLarge(string detail) => new("too_large", detail);

    public static Rejection AlreadyExists(PropertyPath path, bool byHeader) => new("already_exists", path switch
    {
        { Property: not null } => $"There is a property at {JsonPointer.Shown(path.ToString())}.",
        { Collection: not null } => $"There is a collection at {JsonPointer.Shown(path.ToString())}.",
        _ => "There is a document of this name.",
    }) { ByHeader = byHeader };
}

public readonly record struct BodyFault(string Pointer, string Detail);

/// <summary>The write names a version that the document, or the part it guards, is no longer at.</summary>
/// <param name="Expected">The version named; null for <c>If-Match: *</c>.</param>
/// <param name="Remote">The document now.</param>
/// <param name="Merged">What <c>merge</c> would have made, conflicting paths at their remote values; null where there is no common ancestor to merge on.</param>
public sealed record VersionConflict(
    long? Expected, long Actual, ImmutableArray<Conflict> Conflicts, Document Remote, Content? Merged, string Reason)
    : Rejection("version_conflict", Reason);
