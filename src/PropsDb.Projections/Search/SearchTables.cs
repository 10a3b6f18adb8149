using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace PropsDb.Projections.Search;

/// <summary>
/// The search index: a row for each document, deleted ones too, that can be made again from the events at any time. Beside it how far it is, and
/// the keys of declared indexes.
/// </summary>
internal static class SearchTables
{
    public const string Document = StoreSetup.Schema + ".search_document";
    public const string Progress = StoreSetup.Schema + ".search_progress";
    public const string Index = StoreSetup.Schema + ".search_index";
    public const string Key = StoreSetup.Schema + ".search_key";

    /// <summary>What the runtime role may write.</summary>
    public static string All { get; } = string.Join(", ", Document, Progress, Index, Key);

    // Of what is added to the terms so many KiB are sorted in at once; a short list, because every reader goes through it.
    private const string MaxPending = "256";

    // Marten keeps to the indexes it knows of, and knows neither collations nor storage parameters of them: these it leaves alone.
    private static readonly (string Name, string On)[] Indexes =
    [
        ("search_document_terms", "search_document USING gin (terms)"),
        ("search_document_by_name", """search_document (tenant_id, tier, name COLLATE "C", id) WHERE NOT is_deleted"""),
        ("search_document_of_owner", """search_document (tenant_id, tier, owner, name COLLATE "C", id) WHERE NOT is_deleted"""),
        ("search_document_by_update", "search_document (tenant_id, tier, updated_at, id) WHERE NOT is_deleted"),
        ("search_document_by_creation", "search_document (tenant_id, tier, created_at, id) WHERE NOT is_deleted"),
        ("search_document_by_version", "search_document (tenant_id, tier, version, id) WHERE NOT is_deleted"),
        ("search_document_deleted", """search_document (tenant_id, tier, name COLLATE "C", id) WHERE is_deleted"""),
        ("search_document_in_part", "search_document (tenant_id, tier, id) WHERE NOT is_whole"),
        ("search_key_order", """search_key (tenant_id, tier, index_name, rank, number, text COLLATE "C", id)"""),
    ];

    public static IEnumerable<string> IndexNames => Indexes.Select(i => i.Name);

    public static string CreateIndexes { get; } = string.Join('\n', Indexes.Select(i => $"CREATE INDEX IF NOT EXISTS {i.Name} ON {StoreSetup.Schema}.{i.On};"))
        + $"\nALTER INDEX {StoreSetup.Schema}.search_document_terms SET (gin_pending_list_limit = {MaxPending});"
        // A value stands in many rows or in one: with the default of 100 the planner knows too few of the frequent ones.
        + $"\nALTER TABLE {Document} ALTER COLUMN terms SET STATISTICS 1000;";

    public static IEnumerable<Table> Tables()
    {
        yield return DocumentTable();
        yield return ProgressTable();
        yield return IndexTable();
        yield return KeyTable();
    }

    private static Table DocumentTable()
    {
        var table = Named("search_document");
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("id", "uuid").NotNull().AsPrimaryKey();
        table.AddColumn("tier", "varchar").NotNull();
        table.AddColumn("owner", "varchar");
        table.AddColumn("name", "varchar").NotNull();
        table.AddColumn("version", "bigint").NotNull();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("is_deleted", "boolean").NotNull();
        table.AddColumn("created_at", "timestamptz").NotNull();
        table.AddColumn("created_by", "varchar").NotNull();
        table.AddColumn("updated_at", "timestamptz").NotNull();
        table.AddColumn("updated_by", "varchar").NotNull();
        // As it was written, for answers.
        table.AddColumn("content", "text").NotNull();
        // As it is compared: without what jsonb cannot hold.
        table.AddColumn("searchable", "jsonb").NotNull();
        table.AddColumn("name_words", "text").NotNull();
        table.AddColumn("word_count", "integer").NotNull();
        table.AddColumn("texts", "text[]").NotNull();
        table.AddColumn("terms", "bigint[]").NotNull();
        // False: the terms are not all there, so that they cannot tell that something is absent.
        table.AddColumn("is_whole", "boolean").NotNull();
        // A row that fits a page stays there: it is written, and looked at, as one.
        return table.WithStorageParameter("toast_tuple_target", 8160);
    }

    private static Table ProgressTable()
    {
        var table = Named("search_progress");
        table.AddColumn("name", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("format", "integer").NotNull();
        // False until it has once come to the end of the events.
        table.AddColumn("is_built", "boolean").NotNull();
        // While it is made anew: up to which stream that has come.
        table.AddColumn("rebuilt_app", "varchar");
        table.AddColumn("rebuilt_id", "uuid");
        return table;
    }

    private static Table IndexTable()
    {
        var table = Named("search_index");
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("tier", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("index_name", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("path", "varchar").NotNull();
        table.AddColumn("tokens", "text[]").NotNull();
        table.AddColumn("is_ready", "boolean").NotNull();
        table.AddColumn("built_id", "uuid").NotNull();
        return table;
    }

    private static Table KeyTable()
    {
        var table = Named("search_key");
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("id", "uuid").NotNull().AsPrimaryKey();
        table.AddColumn("index_name", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("tier", "varchar").NotNull();
        table.AddColumn("rank", "smallint").NotNull();
        table.AddColumn("number", "numeric").NotNull();
        table.AddColumn("text", "text").NotNull();
        return table;
    }

    private static Table Named(string name)
    {
        var table = new Table(StoreSetup.Name(name));
        foreach (var index in Indexes.Where(i => i.On.StartsWith(name + " ", StringComparison.Ordinal))) table.IgnoreIndex(index.Name);
        return table;
    }
}
