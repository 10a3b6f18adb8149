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

    private async Task<bool> IsThere()
    {
        await using var command = store.Source.CreateCommand("SELECT to_regclass('propsdb.mt_events_access') IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task Run(string sql)
    {
        await using var command = store.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
