using System.Text.Json;

namespace PropsDb.Host.Tests.Search;

/// <summary>Questions of tests, each of the index as it is after all that was written.</summary>
internal static class Asking
{
    public static Task<Answer> Query(this Client client, string tier, string body) => client.Post($"{tier}/_query", body);

    public static string[] Names(this Answer answer)
    {
        answer.Status.ShouldBe(200, answer.ToString());
        return [.. answer.Json.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("name").GetString()!)];
    }

    public static string? NextCursor(this Answer answer) => answer.Json.GetProperty("pagination").GetProperty("next_cursor").GetString();

    public static async Task<string> Position(this Client client, string path) => (await client.Get(path)).Header("X-Position")!;

    public static string Quoted(string text) => JsonSerializer.Serialize(text);
}
