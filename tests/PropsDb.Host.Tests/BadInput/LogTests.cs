using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>The log holds neither tokens nor values, whatever goes wrong.</summary>
public sealed class LogTests
{
    private const string Value = "a-value-that-no-log-may-hold", Name = "a-name-in-a-refused-body", Query = "a-token-in-a-query", Key = "an-idempotency-key-to-keep";

    [Theory]
    [InlineData("Information", "Warning")]
    [InlineData("Information", "Information")]
    [InlineData("Debug", "Debug")]
    public async Task Neither_tokens_nor_values_are_logged(string level, string ofTheFramework)
    {
        var server = new PropsDbServer { Settings = [$"--Logging:LogLevel:Default={level}", $"--Logging:LogLevel:Microsoft={ofTheFramework}", $"--Logging:LogLevel:Npgsql={ofTheFramework}"] };
        await using (server)
        {
            await server.InitializeAsync();
            var lines = new CapturedLog();
            server.Services.GetRequiredService<ILoggerFactory>().AddProvider(lines);
            var token = server.Token("alice");
            await Use(server, token);
            await Break(server);
            lines.Errors.ShouldContain(line => line.Contains("unavailable"), "the failure is logged, so something was captured");
            var log = string.Join('\n', lines.All);
            foreach (var secret in new[] { token, token.Split('.')[2], Value, Name, Query, Key, PropsDbServer.Secret }) log.ShouldNotContain(secret);
        }
    }

    private static async Task Use(PropsDbServer server, string token)
    {
        Send[] requests =
        [
            Send.Put("user/log/c/p", $$"""{"version":0,"value":"{{Value}}"}""", ("Idempotency-Key", Key)),
            Send.Put("user/log/c/p", $$"""{"version":0,"value":"{{Value}}"}"""),
            Send.Put("user/log/c/p", $$"""{"version":0,"value":"{{Value}}"""),
            Send.Put("user/log/c/p", $$"""{"version":1,"value":{"{{Value}}":1e400} }"""),
            Send.MergePatch("user/log?version=1", $$"""{"_":{"\u0000{{Name}}":"{{Value}}"} }"""),
            Send.JsonPatch("user/log?version=1", $$"""[{"op":"test","path":"/c/p","value":"{{Value}} "}]"""),
            Send.Bytes("PUT", "user/log/c/p", "application/json", () => [.. System.Text.Encoding.UTF8.GetBytes($$"""{"value":"{{Value}}"""), 0xFF]),
            Send.Put("user/log/c/p", $$"""{"version":1,"value":"{{Value}}"}""", ("Transfer-Encoding", "chunked")),
            Send.Put("user/log/c/p", $$"""{"version":1,"value":"{{Value}}"}""", ("Content-Length", "1000000")),
            Send.Get("user/log"),
            Send.Get($"user/log?access_token={Query}"),
            Send.Get("user/log", ("Authorization", $"Bearer {token}x")),
            Send.Get("user/log", ("Authorization", $"Basic {token}")),
            Send.Get("user/log", ("X-App-Key", token)),
            Send.Get("user?prefix=" + Uri.EscapeDataString("'; --")),
        ];
        foreach (var request in requests)
            await Wire.Converse(server.Address, request.ToBytes(server.Address, token, text => text));
    }

    /// <summary>Takes the database away under a write and a read.</summary>
    private static async Task Break(PropsDbServer server)
    {
        await using (var connection = new Npgsql.NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand("ALTER TABLE propsdb.document_view RENAME TO gone; ALTER TABLE propsdb.mt_events RENAME TO gone_too", connection);
            await command.ExecuteNonQueryAsync();
        }
        var write = await server.As("alice").Put("user/other/c/p", $$"""{"version":0,"value":"{{Value}}"}""", ("Idempotency-Key", Key + "-2"));
        write.Status.ShouldBe(503, write.ToString());
        var read = await server.As("alice").Get($"user?access_token={Query}");
        read.Status.ShouldBe(503);
        read.Body.ShouldNotContain("document_view");
        read.Body.ShouldNotContain("42P01");
    }
}
