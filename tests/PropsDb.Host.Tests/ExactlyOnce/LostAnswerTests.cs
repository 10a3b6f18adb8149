using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;
using PropsDb.Host.Access;
using PropsDb.Host.Tests.Ops;
using PropsDb.Testing;

namespace PropsDb.Host.Tests.ExactlyOnce;

/// <summary>The service is killed between a commit and its answer, and the client asks again.</summary>
public sealed class LostAnswerTests(ITestOutputHelper output)
{
    // PROPSDB_KILLS=50 for the long run.
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("PROPSDB_KILLS") ?? "2", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_done_once_and_answered_as_it_was()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Signals.");
        using var data = new ScratchData();
        var database = await (await TestPostgres.Shared(CancellationToken.None)).CreateDatabase("lost", CancellationToken.None);
        var token = Tokens.Issue(PropsDbServer.SecretBytes, "alice", [], ["default"], TimeProvider.System.GetUtcNow().AddHours(1));
        await using var watching = NpgsqlDataSource.Create(database);
        var host = Start(data, database);
        await host.Ready();
        (await host.As(token).Post("user/once", """{"collections":{"c":{"n":0}}}""")).Status.ShouldBe(201);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var body = $$"""{"value":{{kill}}}""";
            var version = kill;
            await SendAndKill(host, token, watching, body, kill, version);
            await host.Exit();
            host = Start(data, database);
            await host.Ready();
            var again = await host.As(token).Put("user/once/c/n", body, ("If-Match", $"\"{version}\""), ("Idempotency-Key", $"key-{kill}"));
            again.Status.ShouldBe(200, again.ToString());
            again.ETag.ShouldBe($"\"{version + 1}\"");
            again.Header("Idempotency-Replayed").ShouldBe("true");
            again.Json.GetProperty("property").GetProperty("value").GetInt32().ShouldBe(kill);
        }
        var history = (await host.As(token).Get("user/once/_history?limit=500")).Json.GetProperty("history");
        history.EnumerateArray().Select(h => h.GetProperty("version").GetInt64()).ShouldBe(Enumerable.Range(1, Kills + 1).Reverse().Select(v => (long)v));
        output.WriteLine($"{Kills} kills between commit and answer: {history.GetArrayLength() - 1} commits");
        await host.DisposeAsync();
    }

    private static HostProcess Start(ScratchData data, string database) => HostProcess.Start(["--urls=http://127.0.0.1:0"],
        ("PROPSDB__DATA", data.Path), ("PROPSDB__CONNECTIONSTRING", database), ("PROPSDB__AUTH__JWTSECRET", PropsDbServer.Secret));

    // The commit is seen in the database from outside, and the process ended at once; whatever answer there was, nobody reads it.
    private static async Task SendAndKill(HostProcess host, string token, NpgsqlDataSource watching, string body, int kill, int version)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port);
        var request = $"PUT /api/v1/default/user/once/c/n HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIf-Match: \"{version}\"\r\n"
            + $"Idempotency-Key: key-{kill}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        await using var connection = await watching.OpenConnectionAsync();
        await using var looking = new NpgsqlCommand("select count(*) from propsdb.mt_events where (data ->> 'version')::bigint = $1", connection);
        looking.Parameters.Add(new() { Value = (long)version + 1 });
        await looking.PrepareAsync();
        var until = Environment.TickCount64 + 20_000;
        while ((long)(await looking.ExecuteScalarAsync())! == 0) (Environment.TickCount64 < until).ShouldBeTrue("the commit never came");
        host.Kill();
    }
}
