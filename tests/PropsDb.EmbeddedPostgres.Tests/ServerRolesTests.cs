using System.Diagnostics;
using Npgsql;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Running;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class ServerRolesTests(ITestOutputHelper output)
{
    private static async Task<string> As(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)}";
    }

    [Fact]
    public async Task The_owner_makes_a_schema_and_the_other_role_only_what_it_is_granted()
    {
        await using var scratch = new Scratch();
        await using var server = await scratch.Start();
        await As(server.OwnerConnectionString, "create schema s; create table s.t (x int); grant usage on schema s to propsdb_runtime; grant insert on s.t to propsdb_runtime");
        await As(server.RuntimeConnectionString, "insert into s.t values (1)");
        foreach (var sql in new[] { "update s.t set x = 2", "drop table s.t", "create table s.u (x int)", "create schema mine", "create table public.mine (x int)", "create temp table mine (x int)" })
            (await Should.ThrowAsync<PostgresException>(() => As(server.RuntimeConnectionString, sql))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        (await server.Scalar("select string_agg(rolname, ' ' order by rolname) from pg_roles where rolname like 'propsdb_%' and not rolsuper and not rolcreaterole and not rolcreatedb")).ShouldBe("propsdb_owner propsdb_runtime");
    }

    [Fact]
    public async Task A_lost_password_is_made_anew_and_a_start_costs_little_for_it()
    {
        await using var scratch = new Scratch();
        await using (var first = await scratch.Start()) await As(first.OwnerConnectionString, "create schema s");
        File.Delete(Path.Combine(scratch.Root, "postgres-runtime.password"));
        await using var server = await scratch.Start();
        (await As(server.RuntimeConnectionString, "select 1")).ShouldBe("1");
        server.OwnerConnectionString.ShouldContain("propsdb_owner");
        var (directory, times) = (DataDirectory.Open(scratch.Root), new List<double>());
        await using var superUser = new NpgsqlConnection(server.ConnectionString);
        await superUser.OpenAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 9; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await ServerRoles.Prepare(directory, superUser, await File.ReadAllTextAsync(directory.Password, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        output.WriteLine($"the roles take {times[0]:0} to {times[^1]:0} ms of a start, median {times[4]:0}");
        // The claim is 50 ms on a machine that does nothing else, and is measured there; here other tests run beside this one.
        times[0].ShouldBeLessThan(500);
    }

    [Fact]
    public async Task The_role_that_works_may_act_as_a_replica_also_where_an_older_release_made_it()
    {
        const string Replica = "select set_config('session_replication_role', 'replica', false)";
        await using var scratch = new Scratch();
        await using (var first = await scratch.Start())
        {
            if ((await first.Scalar("show server_version_num")).CompareTo("150000") < 0) Assert.Skip("PostgreSQL 15 is the first to let it.");
            (await As(first.RuntimeConnectionString, Replica)).ShouldBe("replica");
            await first.Scalar("revoke set on parameter session_replication_role from propsdb_runtime");
            (await Should.ThrowAsync<PostgresException>(() => As(first.RuntimeConnectionString, Replica))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
        await using var server = await scratch.Start();
        (await As(server.RuntimeConnectionString, Replica)).ShouldBe("replica");
    }

    [Fact]
    public async Task What_an_older_release_made_stays_its_superusers()
    {
        await using var scratch = new Scratch();
        await using (var former = await scratch.Start()) await former.Scalar("create schema s");
        await using var server = await scratch.Start();
        server.OwnerConnectionString.ShouldBe(server.ConnectionString);
        (await As(server.RuntimeConnectionString, "select current_user")).ShouldBe("propsdb_runtime");
    }
}
