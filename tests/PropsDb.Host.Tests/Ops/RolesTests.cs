using Npgsql;
using PropsDb.Host.Tests.Expiring;
using PropsDb.Testing;

namespace PropsDb.Host.Tests.Ops;

/// <summary>One role owns the schema, another does the work and can change no event.</summary>
public sealed class RolesTests
{
    [Fact]
    public async Task The_runtime_role_does_all_the_work_and_can_rewrite_nothing()
    {
        var owner = await (await TestPostgres.Shared(CancellationToken.None)).CreateDatabase("roles", CancellationToken.None);
        var database = new NpgsqlConnectionStringBuilder(owner).Database!;
        await using (var source = NpgsqlDataSource.Create(owner))
        await using (var create = source.CreateCommand($"CREATE ROLE \"runtime {database}\" LOGIN PASSWORD 'runtime'"))
            await create.ExecuteNonQueryAsync();
        var runtime = new NpgsqlConnectionStringBuilder(owner) { Username = $"runtime {database}", Password = "runtime" }.ConnectionString;
        await using var server = new PropsDbServer { Database = runtime, Settings = [$"--PROPSDB:OWNERCONNECTIONSTRING={owner}"] };
        await server.InitializeAsync();
        var alice = server.As("alice");

        (await alice.Post("user/d", """{"collections":{"ui":{"theme":1}}}""", ("Idempotency-Key", "k"))).Status.ShouldBe(201);
        (await alice.Put("user/d/ui/theme", """{"version":1,"value":2}""")).Status.ShouldBe(200);
        (await alice.Put("user/d/ui/theme", """{"version":1,"value":3}""")).Status.ShouldBe(409);
        (await alice.Post("user/d/_batch", """{"document_version":2,"operations":[{"op":"set","path":"/ui/theme","value":4}],"device":"phone","sequence":1}""")).Status.ShouldBe(200);
        (await alice.Get("user/d/_history?changes=true")).Json.GetProperty("history").GetArrayLength().ShouldBe(3);
        for (var i = 0; (await alice.Get("user/d/_conflicts")).Json.GetProperty("conflicts").GetArrayLength() == 0; i++)
        {
            i.ShouldBeLessThan(200, "the conflict log could not be written");
            await Task.Delay(10);
        }
        (await server.As("root", "admin").Put("_users/alice/_roles/editor", $$"""{"expires_at":"{{server.Time.GetUtcNow().AddSeconds(1):O}}"}""")).Status.ShouldBe(201);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await Facts.Recorded(owner, "role_expired", "alice");
        await using var tampering = NpgsqlDataSource.Create(runtime);
        foreach (var sql in new[]
        {
            "UPDATE propsdb.mt_events SET data = '{}'", "DELETE FROM propsdb.mt_events", "TRUNCATE propsdb.mt_events CASCADE", "DROP TABLE propsdb.document_view",
            "ALTER TABLE propsdb.mt_events ADD COLUMN x int", "CREATE TABLE propsdb.mine (x int)", "DELETE FROM propsdb.mt_streams", "UPDATE propsdb.secret SET value = ''",
            "CREATE TABLE propsdb_messages.mine (x int)", "DROP TABLE propsdb_messages.wolverine_incoming_envelopes",
        })
        {
            await using var command = tampering.CreateCommand(sql);
            (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        }
    }
}
