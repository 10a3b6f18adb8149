using System.Text.RegularExpressions;

namespace PropsDb.Events.Tests;

public sealed partial class StoredNamesTests
{
    [Fact]
    public void Every_document_event_has_a_stored_name_and_nothing_else_has() =>
        StoredNames.OfDocumentEvents.Keys.ShouldBe(typeof(DocumentEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(DocumentEvent)) && !t.IsAbstract), ignoreOrder: true);

    [Fact]
    public void Stored_names_are_unique_and_in_snake_case()
    {
        StoredNames.OfDocumentEvents.Values.ShouldBeUnique();
        StoredNames.OfDocumentEvents.Values.ShouldAllBe(name => SnakeCase().IsMatch(name));
    }

    // A released name never changes: an addition comes here, a change does not.
    [Fact]
    public void Released_names_stay() => StoredNames.OfDocumentEvents.ToDictionary(n => n.Key.Name, n => n.Value, StringComparer.Ordinal).ShouldBe(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DocumentCreated"] = "document_created",
            ["DocumentDeleted"] = "document_deleted",
            ["DocumentRestored"] = "document_restored",
            ["DocumentRolledBack"] = "document_rolled_back",
            ["CollectionSet"] = "collection_set",
            ["CollectionDeleted"] = "collection_deleted",
            ["PropertySet"] = "property_set",
            ["PropertyDeleted"] = "property_deleted",
            ["CollectionsOrdered"] = "collections_ordered",
            ["PropertiesOrdered"] = "properties_ordered",
            ["DocumentSettingsChanged"] = "document_settings_changed",
            ["ValueErased"] = "value_erased",
            ["DocumentShared"] = "document_shared",
            ["ShareRevoked"] = "share_revoked",
            ["ShareExpired"] = "share_expired",
            ["SharesEnded"] = "shares_ended",
            ["SharesReturned"] = "shares_returned",
        }, ignoreOrder: true);

    [Fact]
    public void Every_event_of_apps_has_a_stored_name_of_its_own()
    {
        AppEventNames.All.Keys.ShouldBe(typeof(AppEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(AppEvent)) && !t.IsAbstract), ignoreOrder: true);
        AppEventNames.All.Values.Concat(StoredNames.OfDocumentEvents.Values).ShouldBeUnique();
        AppEventNames.All.ShouldAllBe(n => SnakeCase().IsMatch(n.Value) && n.Value.Replace("_", "", StringComparison.Ordinal).Equals(n.Key.Name, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Events_are_sealed_records_that_carry_the_version_first() =>
        StoredNames.OfDocumentEvents.Keys.ShouldAllBe(t => t.IsSealed && t.GetConstructors()[0].GetParameters()[0].Name == "Version");

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SnakeCase();
}
