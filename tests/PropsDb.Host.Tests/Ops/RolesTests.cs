using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.EmbeddedPostgres;
using PropsDb.Host.Access;
using PropsDb.Host.Ops;
using PropsDb.Projections;
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
        (await server.As("root", "admin").Post("_audit/_verify", "{}")).Json.GetProperty("valid").GetBoolean().ShouldBeTrue();
        (await server.As("root", "admin").Put("_users/alice/_roles/editor", $$"""{"expires_at":"{{server.Time.GetUtcNow().AddSeconds(1):O}}"}""")).Status.ShouldBe(201);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await Facts.Recorded(owner, "role_expired", "alice");
        (await server.As("root", "admin").Put("_webhooks/hook", """{"url":"https://localhost.invalid/","from":""}""")).Status.ShouldBe(201);
        for (var i = 0; (await server.As("root", "admin").Get("_webhooks/hook")).Json.GetProperty("failures").GetArrayLength() == 0; i++)
        {
            i.ShouldBeLessThan(400, "the change was not handed over");
            await Task.Delay(50);
        }
        await CanRewriteNothing(runtime);
    }

    [Fact]
    public async Task What_a_dump_has_lost_or_a_new_role_never_had_is_granted_at_the_next_start()
    {
        var owner = await (await TestPostgres.Shared(CancellationToken.None)).CreateDatabase("roles", CancellationToken.None);
        var database = new NpgsqlConnectionStringBuilder(owner).Database!;
        await using var source = NpgsqlDataSource.Create(owner);
        async Task Run(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
        var starts = 0;
        foreach (var (role, before) in new[]
        {
            ("first", ""), ("first", $"REVOKE ALL ON ALL TABLES IN SCHEMA propsdb FROM \"first {database}\""),
            ("first", $"REVOKE ALL ON propsdb_messages.wolverine_nodes FROM \"first {database}\""), ("second", ""),
        })
        {
            await Run($"DO $$ BEGIN CREATE ROLE \"{role} {database}\" LOGIN PASSWORD 'runtime'; EXCEPTION WHEN duplicate_object THEN END $$; {before}");
            var runtime = new NpgsqlConnectionStringBuilder(owner) { Username = $"{role} {database}", Password = "runtime" }.ConnectionString;
            await using var server = new PropsDbServer { Database = runtime, Settings = [$"--PROPSDB:OWNERCONNECTIONSTRING={owner}"] };
            await server.InitializeAsync();
            (await server.As("alice").Post($"user/d{++starts}", """{"collections":{"ui":{"theme":1}}}""")).Status.ShouldBe(201, $"{role}: {before}");
        }
    }

    private static async Task CanRewriteNothing(string runtime)
    {
        await using var tampering = NpgsqlDataSource.Create(runtime);
        foreach (var sql in new[]
        {
            "UPDATE propsdb.mt_events SET data = '{}'", "DELETE FROM propsdb.mt_events", "TRUNCATE propsdb.mt_events CASCADE", "DROP TABLE propsdb.document_view",
            "ALTER TABLE propsdb.mt_events ADD COLUMN x int", "CREATE TABLE propsdb.mine (x int)", "DELETE FROM propsdb.mt_streams", "UPDATE propsdb.secret SET value = ''",
            "UPDATE propsdb.audit_entry SET salt = null", "DELETE FROM propsdb.audit_entry", "TRUNCATE propsdb.audit_entry", "DROP TABLE propsdb.audit_entry",
            "CREATE TABLE propsdb_messages.mine (x int)", "DROP TABLE propsdb_messages.wolverine_incoming_envelopes",
        })
        {
            await using var command = tampering.CreateCommand(sql);
            (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task So_it_is_on_the_embedded_server_and_on_what_an_older_release_left(bool isOld)
    {
        using var data = new ScratchData();
        var options = new PostgresOptions { DataDirectory = data.Path, Fsync = false };
        if (isOld)
        {
            // The superuser made everything then, and there was no other role.
            await using var former = await PostgresServer.Start(options, NullLogger.Instance, CancellationToken.None);
            await using var source = NpgsqlDataSource.Create(former.ConnectionString);
            await StoreSetup.Migrate(source, TimeProvider.System, CancellationToken.None);
            await using var forget = source.CreateCommand("DROP OWNED BY propsdb_runtime, propsdb_owner; ALTER DATABASE propsdb OWNER TO propsdb; DROP OWNED BY propsdb_owner; DROP ROLE propsdb_runtime, propsdb_owner");
            await forget.ExecuteNonQueryAsync();
            foreach (var file in Directory.GetFiles(data.Path, "postgres-*.password")) File.Delete(file);
        }
        await using var service = await Service.Start(["--urls=http://127.0.0.1:0", $"--PROPSDB:DATA={data.Path}", "--Logging:LogLevel:Default=Error"], TimeProvider.System);
        var token = Tokens.Issue(await File.ReadAllBytesAsync(Path.Combine(data.Path, "jwt.secret")), "alice", ["admin"], ["default"], TimeProvider.System.GetUtcNow().AddHours(1));
        var alice = new Client(new Uri(service.Urls.First()), token);
        (await alice.Post("user/d", """{"collections":{"ui":{"theme":1}}}""", ("Idempotency-Key", "k"))).Status.ShouldBe(201);
        (await alice.Get("_audit?document=d")).Body.Split('\n').Length.ShouldBe(2 + 1);
        (await alice.Post("_audit/_verify", "{}")).Json.GetProperty("valid").GetBoolean().ShouldBeTrue();

        var source2 = service.Services.GetRequiredService<NpgsqlDataSource>();
        var runtime = new NpgsqlConnectionStringBuilder(source2.ConnectionString)
        {
            Password = await File.ReadAllTextAsync(Path.Combine(data.Path, "postgres-runtime.password")),
        }.ConnectionString;
        await CanRewriteNothing(runtime);
        await using var tampering = NpgsqlDataSource.Create(runtime);
        foreach (var sql in new[] { "CREATE TABLE public.mine (x int)", "CREATE SCHEMA mine", "CREATE TEMP TABLE mine (x int)", "CREATE ROLE mine", "ALTER ROLE propsdb_runtime SUPERUSER", "CREATE DATABASE mine" })
        {
            await using var command = tampering.CreateCommand(sql);
            (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        }
        await using var owner = source2.CreateCommand("SELECT tableowner FROM pg_tables WHERE schemaname = 'propsdb' AND tablename = 'mt_events'");
        (await owner.ExecuteScalarAsync()).ShouldBe(isOld ? "propsdb" : "propsdb_owner");
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in new[] { "postgres.password", "postgres-owner.password", "postgres-runtime.password" })
            File.GetUnixFileMode(Path.Combine(data.Path, file)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }
}
