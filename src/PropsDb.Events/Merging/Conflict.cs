using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Merging;

/// <summary>A path that both sides changed differently since the ancestor. A side on which the path is absent has no value.</summary>
/// <param name="Path">A collection or property, or a place inside a property's value.</param>
/// <param name="RemoteCommit">The commit that gave the remote side its value; null where the path is absent there.</param>
public sealed record Conflict(JsonPointer Path, JsonValue? Base, JsonValue? Remote, Commit? RemoteCommit, JsonValue? Local);
