using PropsDb.Host.Access;
using PropsDb.Host.Tests.Ops;
using PropsDb.Testing;

namespace PropsDb.Host.Tests.Expiring;

/// <summary>A node is killed between giving something and its end.</summary>
public sealed class KillTests : IDisposable
{
    private readonly ScratchData _data = new();

    public void Dispose() => _data.Dispose();

    private HostProcess Start(string database, bool isCluster) => HostProcess.Start(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:PropsDb.Host.Access=Warning"],
        ("PROPSDB__CONNECTIONSTRING", database), ("PROPSDB__DATA", _data.Path), ("PROPSDB__AUTH__JWTSECRET", PropsDbServer.Secret), ("PROPSDB__CLUSTER", isCluster ? "true" : "false"));

    private static async Task<string> Database() => await (await TestPostgres.Shared(CancellationToken.None)).CreateDatabase("killed", CancellationToken.None);

    private static async Task Give(HostProcess host, string user, TimeSpan lasting)
    {
        var now = TimeProvider.System.GetUtcNow();
        var admin = host.As(Tokens.Issue(PropsDbServer.SecretBytes, "root", ["admin"], ["default"], now.AddHours(1)));
        (await admin.Put($"_users/{user}/_roles/editor", $$"""{"expires_at":"{{now + lasting:O}}"}""")).Status.ShouldBe(201);
    }

    [Fact]
    public async Task The_other_node_records_what_a_killed_one_has_scheduled()
    {
        var database = await Database();
        await using var killed = Start(database, isCluster: true);
        await killed.Ready();
        await using var other = Start(database, isCluster: true);
        await other.Ready();
        await Give(killed, "alice", TimeSpan.FromSeconds(8));
        await Facts.Scheduled(database);

        killed.Kill();
        await killed.Exit();

        await Facts.Recorded(database, "role_expired", "alice");
        await Task.Delay(TimeSpan.FromSeconds(2));
        (await Facts.Count(database, "role_expired", "alice")).ShouldBe(1);
    }

    [Fact]
    public async Task A_node_killed_before_it_could_schedule_anything_finds_that_at_its_next_start()
    {
        var database = await Database();
        await using var killed = Start(database, isCluster: false);
        await killed.Ready();
        await Give(killed, "alice", TimeSpan.FromSeconds(6));
        killed.Kill();
        await killed.Exit();
        await Facts.ForgetMessages(database);

        await using var next = Start(database, isCluster: false);
        await next.Ready();

        await Facts.Recorded(database, "role_expired", "alice");
        await Task.Delay(TimeSpan.FromSeconds(2));
        (await Facts.Count(database, "role_expired", "alice")).ShouldBe(1);
    }
}
