using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten;
using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Projections.Audit;
using PropsDb.Projections.Search;
using PropsDb.Projections.Webhooks;
using Weasel.Postgresql;
using Weasel.Postgresql.Functions;
using Weasel.Postgresql.Tables;

namespace PropsDb.Projections;

/// <summary>What the store is: Marten's event tables with the app as tenant, and beside them the view and the append function.</summary>
public static class StoreSetup
{
    public const string Schema = "propsdb";

    /// <summary>Of this build.</summary>
    public static SchemaMark Mark { get; } = new(Schema, $"{typeof(StoreSetup).Module.ModuleVersionId:N} {typeof(DocumentStore).Module.ModuleVersionId:N} {typeof(Table).Module.ModuleVersionId:N}");

    public static DocumentStore Open(NpgsqlDataSource source, TimeProvider time) => DocumentStore.For(options => Configure(options, source, time));

    private const string LifecycleIndex = "mt_events_lifecycle";

    private const string AccessIndex = "mt_events_access";

    // Lists sort names as their bytes, whatever the database's own collation is.
    private const string NamesIndex = "document_view_names";
    private const string OwnersIndex = "document_view_owners";

    /// <summary>Of a document's events: those that are no commit.</summary>
    internal const string IsAdministration = "type IN ('document_settings_changed', 'document_shared', 'share_revoked', 'share_expired', 'value_erased')";

    internal const string IsLifecycle = "type IN ('document_created', 'document_deleted', 'document_restored')";

    /// <summary>Brings the schema up to date, as the role that owns it.</summary>
    /// <param name="runtimeRole">The role that the service works as, where it is another: it may append and read, but change no event.</param>
    public static async Task Migrate(NpgsqlDataSource owner, TimeProvider time, CancellationToken cancel, string? runtimeRole = null)
    {
        if (await Mark.IsSet(owner, runtimeRole, cancel)) return;
        await Build(owner, time, cancel);
        if (runtimeRole is not null) await Grant(owner, runtimeRole, cancel);
        await Mark.Set(owner, runtimeRole, cancel);
    }

    private static async Task Build(NpgsqlDataSource owner, TimeProvider time, CancellationToken cancel)
    {
        using var store = Open(owner, time);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        // Marten keeps to the indexes it knows of; these it is told to leave alone.
        await using var index = owner.CreateCommand($"""
            CREATE INDEX IF NOT EXISTS {LifecycleIndex} ON {Schema}.mt_events (tenant_id, stream_id, version) WHERE {IsLifecycle};
            ALTER TABLE {Schema}.mt_streams SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1);
            ALTER TABLE {Schema}.document_view ALTER COLUMN content DROP NOT NULL;
            CREATE INDEX IF NOT EXISTS {NamesIndex} ON {Schema}.document_view (tenant_id, tier, is_deleted, name COLLATE "C", id);
            CREATE INDEX IF NOT EXISTS {OwnersIndex} ON {Schema}.document_view (tenant_id, tier, owner, is_deleted, name COLLATE "C", id);
            CREATE INDEX IF NOT EXISTS {AccessIndex} ON {Schema}.mt_events (seq_id) WHERE {AppDirectory.ConcernsAccess};
            {SearchTables.CreateIndexes}
            {RowCompression.Sql}
            """);
        await index.ExecuteNonQueryAsync(cancel);
    }

    private static async Task Grant(NpgsqlDataSource owner, string runtimeRole, CancellationToken cancel)
    {
        using var quoting = new NpgsqlCommandBuilder();
        var role = quoting.QuoteIdentifier(runtimeRole);
        await using var grant = owner.CreateCommand($"""
            GRANT USAGE ON SCHEMA {Schema} TO {role};
            GRANT SELECT ON ALL TABLES IN SCHEMA {Schema} TO {role};
            GRANT USAGE, SELECT ON SEQUENCE {Schema}.mt_events_sequence TO {role};
            GRANT INSERT ON {Schema}.mt_events, {Schema}.document_snapshot, {Schema}.secret, {AuditTables.Entry} TO {role};
            GRANT INSERT, UPDATE ON {Schema}.mt_streams, {Schema}.document_view, {Schema}.device_sequence, {Schema}.key_use, {Schema}.mt_event_progression TO {role};
            GRANT INSERT, DELETE ON {Schema}.receipt TO {role};
            GRANT INSERT, UPDATE, DELETE ON {Schema}.conflict, {WebhookTables.Cursor}, {WebhookTables.Delivery}, {SearchTables.All} TO {role};
            """);
        await grant.ExecuteNonQueryAsync(cancel);
    }

    internal static void Configure(StoreOptions options, NpgsqlDataSource source, TimeProvider time)
    {
        options.Connection(source);
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = JasperFx.AutoCreate.CreateOrUpdate;
        options.UseSystemTextJsonForSerialization(configure: json => EventJson.Configure(json));
        // A COMMIT whose connection broke may have happened; only our own look-up by commit id may decide to run it again.
        options.ConfigureWritePolly(_ => { });

        var events = options.Events;
        events.StreamIdentity = StreamIdentity.AsGuid;
        events.TenancyStyle = TenancyStyle.Conjoined;
        events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        events.EnableBigIntEvents = true;
        events.TimeProvider = time;
        events.MetadataConfig.EnableAll();
        events.MetadataConfig.UserNameEnabled = true;
        events.IgnoreIndex(LifecycleIndex);
        events.IgnoreIndex(AccessIndex);
        foreach (var (type, name) in StoredNames.OfDocumentEvents.Concat(AppEventNames.All)) events.MapEventType(type, name);

        options.Storage.ExtendedSchemaObjects.Add(ViewTable());
        options.Storage.ExtendedSchemaObjects.Add(SnapshotTable());
        options.Storage.ExtendedSchemaObjects.Add(SecretTable());
        options.Storage.ExtendedSchemaObjects.Add(Receipts.Table());
        options.Storage.ExtendedSchemaObjects.Add(DeviceSequences.Table());
        options.Storage.ExtendedSchemaObjects.Add(ConflictLog.Table());
        options.Storage.ExtendedSchemaObjects.Add(AuditTables.EntryTable());
        options.Storage.ExtendedSchemaObjects.Add(KeyUses.Table());
        options.Storage.ExtendedSchemaObjects.Add(WebhookTables.CursorTable());
        options.Storage.ExtendedSchemaObjects.Add(WebhookTables.DeliveryTable());
        foreach (var table in SearchTables.Tables()) options.Storage.ExtendedSchemaObjects.Add(table);
        options.Storage.ExtendedSchemaObjects.Add(new Function(Name("append_commits"), AppendFunction.Sql));
    }

    internal static PostgresqlObjectName Name(string name) => new(Schema, name, SchemaUtils.IdentifierUsage.General);

    // Rows are rewritten again and again: kept in line, with room on the page for the next version.
    private static Table ViewTable()
    {
        var table = new Table(Name("document_view"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("id", "uuid").NotNull().AsPrimaryKey();
        table.AddColumn("tier", "varchar").NotNull();
        table.AddColumn("owner", "varchar");
        table.AddColumn("name", "varchar").NotNull();
        table.AddColumn("version", "bigint").NotNull();
        table.AddColumn("stream_version", "bigint").NotNull();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("is_deleted", "boolean").NotNull();
        table.AddColumn("created_at", "timestamptz").NotNull();
        table.AddColumn("created_by", "varchar").NotNull();
        table.AddColumn("updated_at", "timestamptz").NotNull();
        table.AddColumn("updated_by", "varchar").NotNull();
        table.AddColumn("content", "text");
        table.AddColumn("tail_events", "bigint").NotNull().DefaultValue(0);
        table.AddColumn("tail_bytes", "bigint").NotNull().DefaultValue(0);
        table.IgnoreIndex(NamesIndex);
        table.IgnoreIndex(OwnersIndex);
        return table.WithFillFactor(50).WithStorageParameter("toast_tuple_target", 8160);
    }

    // The document as it was every few hundred events, so that an old version costs a fold of some events and not of all.
    private static Table SnapshotTable()
    {
        var table = new Table(Name("document_snapshot"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("id", "uuid").NotNull().AsPrimaryKey();
        table.AddColumn("version", "bigint").NotNull().AsPrimaryKey();
        table.AddColumn("stream_version", "bigint").NotNull();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("is_deleted", "boolean").NotNull();
        table.AddColumn("updated_at", "timestamptz").NotNull();
        table.AddColumn("content", "text").NotNull();
        return table;
    }

    // Keys that every node of a database must share: they seal positions and cursors.
    private static Table SecretTable()
    {
        var table = new Table(Name("secret"));
        table.AddColumn("name", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("value", "bytea").NotNull();
        return table;
    }
}
