namespace PropsDb.Projections.Tests;

/// <summary>The schema says which build has made it: that build does not look for what is missing again, any other does.</summary>
public sealed class MigrationTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task What_is_missing_is_looked_for_by_another_build_only()
    {
        await Run("DROP INDEX propsdb.mt_events_access");
        await StoreSetup.Migrate(store.Source, store.Time, TestContext.Current.CancellationToken);
        (await IsThere()).ShouldBeFalse();

        await Run("COMMENT ON SCHEMA propsdb IS 'of another build'");
        await StoreSetup.Migrate(store.Source, store.Time, TestContext.Current.CancellationToken);
        (await IsThere()).ShouldBeTrue();
    }

    [Fact]
    public async Task Large_columns_are_compressed_by_LZ4_where_PostgreSQL_has_it()
    {
        var hasIt = await Ask("SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'");
        (await Ask("SELECT count(*) = 6 FROM pg_attribute WHERE attrelid IN ('propsdb.document_view'::regclass, 'propsdb.document_snapshot'::regclass, 'propsdb.search_document'::regclass) AND attcompression = 'l'"))
            .ShouldBe(hasIt);
    }

    private Task<bool> IsThere() => Ask("SELECT to_regclass('propsdb.mt_events_access') IS NOT NULL");

    private async Task<bool> Ask(string sql)
    {
        await using var command = store.Source.CreateCommand(sql);
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task Run(string sql)
    {
        await using var command = store.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
