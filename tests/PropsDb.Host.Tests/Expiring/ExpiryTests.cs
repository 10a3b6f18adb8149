namespace PropsDb.Host.Tests.Expiring;

/// <summary>What ends at an instant ends by the clock; that it did becomes a fact in its stream soon after.</summary>
public sealed class ExpiryTests : IAsyncDisposable
{
    // Messages wait by the machine's clock, so what ends in a second of the tests' clock has its message after a second of it.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromHours(3);
    // Long enough for a message that waits for a second, and for the look at the messages each second.
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(3);

    private readonly PropsDbServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Database => _server.ConnectionString;

    private Client Admin => _server.As("root", "admin");

    private string In(TimeSpan delay) => $$"""{"expires_at":"{{_server.Time.GetUtcNow() + delay:O}}"}""";

    private async Task Started() => await _server.InitializeAsync();

    [Fact]
    public async Task The_end_of_a_role_is_recorded_once()
    {
        await Started();
        (await Admin.Put("_users/alice/_roles/editor", In(Soon))).Status.ShouldBe(201);

        _server.Time.Advance(Soon);

        await Facts.Recorded(Database, "role_expired", "alice");
        await Task.Delay(LongEnough);
        (await Facts.Count(Database, "role_expired", "alice")).ShouldBe(1);
    }

    [Fact]
    public async Task The_end_of_a_subscription_and_that_of_a_share_are_recorded_once()
    {
        await Started();
        (await Admin.Post("_users/alice/_subscriptions", $$"""{"plan":"gold",{{In(Soon)[1..]}}""")).Status.ShouldBe(201);
        var bob = _server.As("bob");
        (await bob.Post("user/d", """{"collections":{}}""")).Status.ShouldBe(201);
        (await bob.Post("user/d/_share", $$"""{"user_id":"carol",{{In(Soon)[1..]}}""")).Status.ShouldBe(201);

        _server.Time.Advance(Soon);

        await Facts.Recorded(Database, "subscription_ended", "alice");
        await Facts.Recorded(Database, "share_expired", "carol");
        await Task.Delay(LongEnough);
        (await Facts.Count(Database, "subscription_ended", "alice")).ShouldBe(1);
        (await Facts.Count(Database, "share_expired", "carol")).ShouldBe(1);
        (await Admin.Get("_users/alice/_subscriptions")).Json.GetProperty("subscriptions")[0].GetProperty("end_reason").GetString().ShouldBe("expired");
    }

    [Fact]
    public async Task What_is_renewed_or_revoked_before_its_end_has_none_on_record()
    {
        await Started();
        (await Admin.Put("_users/alice/_roles/editor", In(Soon))).Status.ShouldBe(201);
        (await Admin.Put("_users/alice/_roles/editor", In(Later))).Status.ShouldBe(200);
        (await Admin.Put("_users/bob/_roles/editor", In(Soon))).Status.ShouldBe(201);
        (await Admin.Delete("_users/bob/_roles/editor")).Status.ShouldBe(204);
        await Facts.Scheduled(Database, 3);

        _server.Time.Advance(Soon);
        await Task.Delay(LongEnough);

        (await Facts.Count(Database, "role_expired", "alice")).ShouldBe(0);
        (await Facts.Count(Database, "role_expired", "bob")).ShouldBe(0);
        (await Admin.Get("_users/alice/_roles")).Json.GetProperty("roles").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task What_has_ended_while_no_node_ran_is_recorded_at_the_next_start()
    {
        string database;
        await using (var first = new PropsDbServer())
        {
            await first.InitializeAsync();
            database = first.ConnectionString;
            (await first.As("root", "admin").Put("_users/alice/_roles/editor", $$"""{"expires_at":"{{first.Time.GetUtcNow() + Later:O}}"}""")).Status.ShouldBe(201);
            await Facts.Scheduled(database);
        }
        await Facts.ForgetMessages(database);

        await using var next = new PropsDbServer { Database = database };
        next.Time.Advance(Later);
        await next.InitializeAsync();

        await Facts.Recorded(database, "role_expired", "alice");
    }

    [Fact]
    public async Task An_end_in_the_last_instants_of_the_calendar_waits_without_a_message_and_disturbs_no_other()
    {
        await Started();
        (await Admin.Put("_users/alice/_roles/editor", """{"expires_at":"9999-12-31T23:59:59.999999Z"}""")).Status.ShouldBe(201);
        (await Admin.Put("_users/bob/_roles/editor", In(Soon))).Status.ShouldBe(201);

        _server.Time.Advance(Soon);

        await Facts.Recorded(Database, "role_expired", "bob");
        (await Facts.Count(Database, "role_expired", "alice")).ShouldBe(0);
        (await Admin.Get("_users/alice/_roles")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_sweep_finds_what_nobody_has_scheduled()
    {
        await Started();
        (await Admin.Put("_users/alice/_roles/editor", In(TimeSpan.FromHours(2)))).Status.ShouldBe(201);
        await Facts.Scheduled(Database);
        await Facts.ForgetMessages(Database);

        _server.Time.Advance(TimeSpan.FromHours(2));

        await Facts.Recorded(Database, "role_expired", "alice");
        await Task.Delay(LongEnough);
        (await Facts.Count(Database, "role_expired", "alice")).ShouldBe(1);
    }

    [Fact]
    public async Task Two_nodes_of_a_database_record_an_end_once()
    {
        await using var first = new PropsDbServer { Settings = ["--PROPSDB:CLUSTER=true"] };
        await first.InitializeAsync();
        await using var second = new PropsDbServer { Database = first.ConnectionString, Settings = ["--PROPSDB:CLUSTER=true"] };
        await second.InitializeAsync();
        var until = second.Time.GetUtcNow() + Soon;
        foreach (var user in new[] { "alice", "bob", "carol" })
            (await first.As("root", "admin").Put($"_users/{user}/_roles/editor", $$"""{"expires_at":"{{until:O}}"}""")).Status.ShouldBe(201);

        first.Time.SetUtcNow(second.Time.GetUtcNow() + Soon);
        second.Time.Advance(Soon);

        foreach (var user in new[] { "alice", "bob", "carol" }) await Facts.Recorded(first.ConnectionString, "role_expired", user);
        await Task.Delay(LongEnough);
        foreach (var user in new[] { "alice", "bob", "carol" }) (await Facts.Count(first.ConnectionString, "role_expired", user)).ShouldBe(1);
    }
}
