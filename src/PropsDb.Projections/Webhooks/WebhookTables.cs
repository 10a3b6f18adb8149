using Weasel.Postgresql.Tables;

namespace PropsDb.Projections.Webhooks;

/// <summary>How far each webhook has come in the feed, and what has been handed over and is not delivered yet, or was given up.</summary>
internal static class WebhookTables
{
    public const string Cursor = $"{StoreSetup.Schema}.webhook_cursor";
    public const string Delivery = $"{StoreSetup.Schema}.webhook_delivery";

    // Rewritten by every delivery: kept in line, with room on the page for the next version.
    public static Table CursorTable()
    {
        var table = new Table(StoreSetup.Name("webhook_cursor"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("webhook", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("begins_at", "bigint").NotNull();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("delivered_at", "timestamptz");
        return table.WithFillFactor(50);
    }

    // What is delivered is read from the events when its turn comes: no content is kept here, so none outlives its erasure.
    public static Table DeliveryTable()
    {
        var table = new Table(StoreSetup.Name("webhook_delivery"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("webhook", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("position", "bigint").NotNull().AsPrimaryKey();
        table.AddColumn("after", "bigint").NotNull();
        table.AddColumn("document", "uuid").NotNull();
        table.AddColumn("tier", "varchar").NotNull();
        table.AddColumn("owner", "varchar");
        table.AddColumn("name", "varchar").NotNull();
        table.AddColumn("version", "bigint").NotNull();
        table.AddColumn("handed_over_at", "timestamptz").NotNull();
        // Null: at once, whichever node's clock says what.
        table.AddColumn("next_at", "timestamptz");
        table.AddColumn("is_dead", "boolean").NotNull();
        table.AddColumn("attempts", "integer").NotNull();
        table.AddColumn("failed_at", "timestamptz");
        table.AddColumn("reason", "varchar");
        table.AddColumn("claim", "uuid");
        table.AddColumn("claimed_until", "timestamptz");
        table.Indexes.Add(new Weasel.Postgresql.Tables.IndexDefinition("webhook_delivery_by_document") { Columns = ["tenant_id", "webhook", "document", "position"] });
        return table.WithFillFactor(50);
    }
}
