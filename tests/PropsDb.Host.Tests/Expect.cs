namespace PropsDb.Host.Tests;

/// <summary>Answers as the contract draws them, at the time at which the shared service's clock stands.</summary>
public static class Expect
{
    public const string Now = "2026-11-22T12:00:00.000000Z";
    public const string LastModified = "Sun, 22 Nov 2026 12:00:00 GMT";
    public const string Vary = "Authorization, X-App-Key, X-App-ID, Accept, Prefer";

    public static string Document(string name, long version, string user, string collections, string tier = "user") => $$"""
        {"id":"*","name":"{{name}}","version":{{version}},"tier":"{{tier}}","owner":{{(tier == "user" ? $"\"{user}\"" : "null")}},
         "collections":{{collections}},
         "created_at":"{{Now}}","created_by":"{{user}}","updated_at":"{{Now}}","last_modified_by":"{{user}}"}
        """;

    public static string Part(string name, string member, string content, long version, string user) => $$"""
        {"name":"{{name}}","{{member}}":{{content}},"version":{{version}},"updated_at":"{{Now}}","last_modified_by":"{{user}}"}
        """;

    public static void ShouldBeAt(this Answer answer, int status, long version)
    {
        answer.Status.ShouldBe(status, answer.ToString());
        answer.ETag.ShouldBe($"\"{version}\"");
        answer.Header("X-Position").ShouldNotBeNull().ShouldMatch("^[A-Za-z0-9_-]{1,64}$");
        answer.Header("Vary").ShouldBe(Vary);
    }

    public static async Task<Client> Holding(this Client user, string path, string collections)
    {
        (await user.Post(path, $$"""{"collections":{{collections}}}""")).Status.ShouldBe(201);
        return user;
    }

    /// <summary>The content of a document as objects by name.</summary>
    public static async Task<string> Content(this Client user, string path) =>
        (await user.Get(path + "?shape=object")).Json.GetProperty("document").GetProperty("collections").GetRawText();
}
