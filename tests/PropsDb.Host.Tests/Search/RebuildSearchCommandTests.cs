using Npgsql;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests.Search;

public sealed class RebuildSearchCommandTests
{
    [Fact]
    public async Task The_index_is_made_anew_while_the_service_answers_and_when_it_is_stopped()
    {
        var server = new PropsDbServer();
        await server.InitializeAsync();
        var alice = server.As("alice");
        for (var i = 0; i < 20; i++) await alice.Holding($"user/d{i}", $$"""{"n":{"v":{{i}} } }""");
        (await alice.Query("user", """{"filter":{"path":"/n/v","eq":7}}""")).Names().ShouldBe(["d7"]);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        foreach (var isRunning in new[] { true, false })
        {
            await Execute(source, "UPDATE propsdb.search_document SET terms = '{}', name = name || '!'");
            if (!isRunning) await server.DisposeAsync();
            using var output = new StringWriter();
            (await RebuildSearchCommand.Run([$"--PROPSDB:CONNECTIONSTRING={server.ConnectionString}"], output, output)).ShouldBe(0, output.ToString());
            if (isRunning) (await alice.Query("user", """{"filter":{"path":"/n/v","eq":7}}""")).Names().Length.ShouldBe(1);
            (await Scalar(source, "SELECT count(*) FROM propsdb.search_document WHERE cardinality(terms) > 3")).ShouldBe(20L);
        }
        using var errors = new StringWriter();
        (await RebuildSearchCommand.Run(["--nonsense"], errors, errors)).ShouldBe(2);
    }

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> Scalar(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
