using Weasel.Postgresql.Tables;

namespace PropsDb.Projections.Audit;

/// <summary>One row for each event: its place in its app's chain. The role that works may add rows, and change none.</summary>
internal static class AuditTables
{
    public const string Entry = StoreSetup.Schema + ".audit_entry";

    public static Table EntryTable()
    {
        var table = new Table(StoreSetup.Name("audit_entry"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("seq", "bigint").NotNull().AsPrimaryKey();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("event_id", "uuid").NotNull();
        table.AddColumn("user_name", "varchar");
        table.AddColumn("hash", "bytea").NotNull();
        // What the digests of the event's values are salted with; once one of them is erased it is null, and the parts have the rest.
        table.AddColumn("salt", "bytea");
        table.AddColumn("parts", "jsonb");
        // The newest position is how far the chains are: there is no cursor beside them.
        table.Indexes.Add(new IndexDefinition("audit_entry_by_position") { Columns = ["position"], IsUnique = true });
        table.Indexes.Add(new IndexDefinition("audit_entry_by_user") { Columns = ["tenant_id", "user_name", "seq"] });
        return table;
    }
}
