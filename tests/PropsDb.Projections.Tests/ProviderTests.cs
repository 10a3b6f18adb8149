using PropsDb.Events.Values;
using PropsDb.Testing;
using Testcontainers.PostgreSql;

namespace PropsDb.Projections.Tests;

/// <summary>The same way through on the binaries of this machine and on the server that compose.yml runs.</summary>
public sealed class ProviderTests
{
    private sealed class InContainer(string connectionString) : StoreFixture
    {
        protected override Task<string> Connect() => Task.FromResult(connectionString);
    }

    [Fact]
    public async Task A_document_is_kept_by_local_binaries()
    {
        await using var store = new StoreFixture();
        await Through(store);
    }

    [Fact]
    public async Task A_document_is_kept_in_a_container()
    {
        Assert.SkipUnless(TestPostgres.DockerIsRunning, "No container engine runs here.");
        await using var container = new PostgreSqlBuilder("postgres:17").Build();
        await container.StartAsync();
        await using var store = new InContainer(container.GetConnectionString());
        await Through(store);
    }

    private static async Task Through(StoreFixture store)
    {
        await store.InitializeAsync();
        var key = StoreFixture.Key("kept");
        foreach (var (value, version) in new[] { "\"\\u0000\"", "1e2", "-0", "1234567890123456789012345678901234567890", "{\"b\":1,\"a\":[[]]}", "\"\\ud83d\\ude00\"" }.Select((v, i) => (v, i)))
        {
            await store.Set(key, "/c/p", value, version);
            (await store.Load(key)).Content[PropertyPath.Parse("/c/p")]!.Value.ToString().ShouldBe(value);
        }
    }
}
