using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace PropsDb.Faults;

/// <summary>What one node of several does for all, another carries on when its process is killed.</summary>
public sealed class TakeoverTests(ITestOutputHelper output)
{
    // The lock of who links events into the audit chain.
    private const long AuditLock = 0x50726F7073444203;

    private static readonly HttpClient s_http = new();
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);

    private static async Task<JsonElement> Ask(Node node, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(node.Address, "/api/v1/default/" + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token("root", "admin"));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Answer(node, request);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {answer.StatusCode}");
        var text = await answer.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static async Task<HttpResponseMessage> Answer(Node node, HttpRequestMessage request)
    {
        try
        {
            return await s_http.SendAsync(request);
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"{node.Name} does not answer: {node.State()}", e);
        }
    }

    private static async Task<T?> Scalar<T>(Cluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    private static Task<long> Newest(Cluster cluster) => Scalar<long>(cluster, "SELECT coalesce(max(node_number), 0)::bigint FROM propsdb_messages.wolverine_nodes");

    private static async Task<TimeSpan> Until(Func<Task<bool>> isSo, string otherwise)
    {
        var waiting = Stopwatch.StartNew();
        while (!await isSo())
        {
            waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), otherwise);
            await Task.Delay(20);
        }
        return waiting.Elapsed;
    }

    [Fact]
    public async Task The_audit_chain_and_what_is_scheduled_outlive_the_process_that_had_them()
    {
        await using var cluster = await Cluster.Start(2);
        string? leading = null;
        await Until(async () => (leading = await Scalar<string>(cluster, $"""
            SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {AuditLock >> 32} AND l.objid = {AuditLock & uint.MaxValue} AND a.datname = current_database()
            """)) is not null, "nobody leads");
        var leader = cluster.Nodes.Single(n => n.Name == leading);
        var other = cluster.Nodes.Single(n => n != leader);
        await Ask(leader, HttpMethod.Post, "shared/d", """{"collections":{"c":{"p":1}}}""");
        var until = TimeProvider.System.GetUtcNow().AddSeconds(4);
        await Ask(leader, HttpMethod.Put, "_users/alice/_roles/editor", $$"""{"expires_at":"{{until:O}}"}""");
        var before = (await Ask(other, HttpMethod.Get, "_audit/_head")).GetProperty("seq").GetInt64();

        leader.Kill();

        await Ask(other, HttpMethod.Put, "shared/d/c/p", """{"version":1,"value":2}""");
        var taken = await Until(async () => (await Ask(other, HttpMethod.Get, "_audit/_head")).GetProperty("seq").GetInt64() > before && await Scalar<long>(cluster, """
            SELECT count(*) FROM propsdb.mt_events WHERE type = 'property_set'
            """) == 1 && (await Ask(other, HttpMethod.Post, "_audit/_verify")).GetProperty("checked").GetInt64() == await Scalar<long>(cluster, "SELECT count(*) FROM propsdb.mt_events"), "the chain is not carried on");
        (await Ask(other, HttpMethod.Post, "_audit/_verify")).GetProperty("valid").GetBoolean().ShouldBeTrue();
        await Until(async () => await Scalar<long>(cluster, "SELECT count(*) FROM propsdb.mt_events WHERE type = 'role_expired'") == 1, "the end of the role is not recorded");
        var late = TimeProvider.System.GetUtcNow() - until;
        output.WriteLine($"the chain was carried on {taken.TotalMilliseconds:0} ms after the kill, the end recorded {late.TotalMilliseconds:0} ms after its instant");
        taken.ShouldBeLessThan(s_bound);
        late.ShouldBeLessThan(s_bound + s_bound);
    }

    [Fact]
    public async Task What_a_killed_process_had_taken_to_do_is_done_by_another()
    {
        await using var cluster = await Cluster.Start(2);
        var (killed, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        // Which of the numbers is whose is not told, but who starts again has the next.
        long number = 0;
        await Until(async () => (number = await Newest(cluster)) == 2, "not both are known");
        killed.Kill();
        killed.Launch();
        await Until(async () => (number = await Newest(cluster)) == 3, "the node that started again is not known");
        var until = TimeProvider.System.GetUtcNow().AddSeconds(4);
        await Ask(other, HttpMethod.Put, "_users/alice/_roles/editor", $$"""{"expires_at":"{{until:O}}"}""");
        await Until(async () => await Scalar<long>(cluster, "SELECT count(*) FROM propsdb_messages.wolverine_incoming_envelopes") == 1, "no message waits");

        killed.Kill();
        // As it would be had the process died a moment later.
        await Scalar<object>(cluster, $"UPDATE propsdb_messages.wolverine_incoming_envelopes SET status = 'Incoming', owner_id = {number}");

        await Until(async () => await Scalar<long>(cluster, "SELECT count(*) FROM propsdb.mt_events WHERE type = 'role_expired'") == 1, "the end of the role is not recorded");
        var late = TimeProvider.System.GetUtcNow() - until;
        output.WriteLine($"the end was recorded {late.TotalMilliseconds:0} ms after its instant");
        late.ShouldBeLessThan(s_bound + s_bound);
    }

    [Fact]
    public async Task A_process_that_was_taken_for_dead_goes_on_with_what_is_scheduled()
    {
        await using var cluster = await Cluster.Start(2);
        await Until(async () => await Scalar<long>(cluster, "SELECT count(*) FROM propsdb_messages.wolverine_nodes") == 2, "not both are known");
        await Scalar<object>(cluster, "DELETE FROM propsdb_messages.wolverine_nodes");
        await Task.Delay(s_bound);
        var until = TimeProvider.System.GetUtcNow().AddSeconds(4);
        await Ask(cluster.Nodes[0], HttpMethod.Put, "_users/alice/_roles/editor", $$"""{"expires_at":"{{until:O}}"}""");
        await Until(async () => await Scalar<long>(cluster, "SELECT count(*) FROM propsdb.mt_events WHERE type = 'role_expired'") == 1, "the end of the role is not recorded");
        (TimeProvider.System.GetUtcNow() - until).ShouldBeLessThan(s_bound + s_bound);
    }

    [Fact]
    public async Task Two_nodes_that_start_at_once_on_an_empty_database_both_serve()
    {
        for (var i = 0; i < Scale.Cycles; i++)
        {
            await using var cluster = await Cluster.Start(2);
            foreach (var node in cluster.Nodes) (await Ask(node, HttpMethod.Get, "_tiers")).GetProperty("tiers").GetArrayLength().ShouldBe(3);
        }
    }
}
