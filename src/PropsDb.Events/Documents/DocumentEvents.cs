using PropsDb.Events.Apps;
using PropsDb.Events.Values;

namespace PropsDb.Events.Documents;

/// <summary>
/// One fact about a document. All events of one accepted write carry the same version, the document's commit count, and are appended
/// together.
/// </summary>
public abstract record DocumentEvent(long Version);

/// <summary>The document begins, or begins anew after a deletion: with no collections, whatever it had before.</summary>
public sealed record DocumentCreated(long Version, string Tier, string? Owner, string Name) : DocumentEvent(Version);

/// <summary>The document is gone for its readers; its content stays, to be restored.</summary>
public sealed record DocumentDeleted(long Version) : DocumentEvent(Version);

/// <summary>The document is there again as it was when it was deleted.</summary>
public sealed record DocumentRestored(long Version) : DocumentEvent(Version);

/// <summary>Says of a commit that its other events make the document equal to what it was at an earlier version.</summary>
public sealed record DocumentRolledBack(long Version, long ToVersion) : DocumentEvent(Version);

/// <summary>A collection that was not there is added at the end, with these properties in this order.</summary>
public sealed record CollectionSet(long Version, string Collection, IReadOnlyList<NamedValue> Properties) : DocumentEvent(Version);

/// <param name="Previous">Number in the stream of the event that last touched the collection.</param>
public sealed record CollectionDeleted(long Version, string Collection, long Previous) : DocumentEvent(Version);

/// <summary>A property has this value: in its place if it was there, else at the end of its collection.</summary>
/// <param name="Previous">Number in the stream of the event that gave the property the value before; 0: it had none.</param>
public sealed record PropertySet(long Version, PropertyPath Path, JsonValue Value, long Previous) : DocumentEvent(Version);

/// <param name="Previous">Number in the stream of the event that gave the property the value it had.</param>
public sealed record PropertyDeleted(long Version, PropertyPath Path, long Previous) : DocumentEvent(Version);

/// <summary>The document's collections stand in this order.</summary>
public sealed record CollectionsOrdered(long Version, IReadOnlyList<string> Names) : DocumentEvent(Version);

/// <summary>The collection's properties stand in this order.</summary>
public sealed record PropertiesOrdered(long Version, string Collection, IReadOnlyList<string> Names) : DocumentEvent(Version);

/// <summary>A fact about how the document is used and by whom: no commit, so its version is that of the last one.</summary>
public abstract record DocumentAdministration(long Version) : DocumentEvent(Version);

/// <summary>The document has a conflict strategy of its own, or no longer.</summary>
public sealed record DocumentSettingsChanged(long Version, string? Strategy) : DocumentAdministration(Version);

/// <summary>A user may do this with the document, whatever roles they have. What they were given before is replaced.</summary>
/// <param name="Tier">With owner and name: which document it is, for who reads of it apart from its stream.</param>
public sealed record DocumentShared(
    long Version, string Tier, string? Owner, string Name, string User, bool CanRead, bool CanWrite, bool CanDelete, DateTimeOffset? ExpiresAt) : DocumentAdministration(Version)
{
    /// <param name="before">What the user had of the document until now.</param>
    public Share After(Share? before, DateTimeOffset at, string by) =>
        new(User, CanRead, CanWrite, CanDelete, by, at, ExpiresAt, before is not null && before.IsActive(at) ? before.Version : Version);
}

public sealed record ShareRevoked(long Version, string User) : DocumentAdministration(Version);

/// <summary>The instant until which the document was shared with the user has passed. The share ended at that instant, whenever this is recorded.</summary>
public sealed record ShareExpired(long Version, string User) : DocumentAdministration(Version);

/// <summary>With a deletion: the document's shares end, to return if it is restored.</summary>
public sealed record SharesEnded(long Version) : DocumentEvent(Version);

/// <summary>With a restoration: the document's shares are as they were when it was deleted.</summary>
public sealed record SharesReturned(long Version) : DocumentEvent(Version);

/// <summary>An operator has erased the value that an earlier event gave a property; null stands in its place.</summary>
/// <param name="Number">Number in the stream of the event whose value is gone.</param>
public sealed record ValueErased(long Version, PropertyPath Property, long Number) : DocumentAdministration(Version);

public readonly record struct NamedValue(string Name, JsonValue Value);

/// <summary>What events are called in the store. A name once released is never changed and never given to another shape.</summary>
public static class StoredNames
{
    public static IReadOnlyDictionary<Type, string> OfDocumentEvents { get; } = new Dictionary<Type, string>
    {
        [typeof(DocumentCreated)] = "document_created",
        [typeof(DocumentDeleted)] = "document_deleted",
        [typeof(DocumentRestored)] = "document_restored",
        [typeof(DocumentRolledBack)] = "document_rolled_back",
        [typeof(CollectionSet)] = "collection_set",
        [typeof(CollectionDeleted)] = "collection_deleted",
        [typeof(PropertySet)] = "property_set",
        [typeof(PropertyDeleted)] = "property_deleted",
        [typeof(CollectionsOrdered)] = "collections_ordered",
        [typeof(PropertiesOrdered)] = "properties_ordered",
        [typeof(DocumentSettingsChanged)] = "document_settings_changed",
        [typeof(DocumentShared)] = "document_shared",
        [typeof(ShareRevoked)] = "share_revoked",
        [typeof(ShareExpired)] = "share_expired",
        [typeof(SharesEnded)] = "shares_ended",
        [typeof(SharesReturned)] = "shares_returned",
        [typeof(ValueErased)] = "value_erased",
    };
}
