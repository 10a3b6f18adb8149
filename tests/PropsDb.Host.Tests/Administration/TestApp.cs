using PropsDb.Host.Access;

namespace PropsDb.Host.Tests.Administration;

/// <summary>An app of one test's own, on a service that others use as well.</summary>
public sealed record TestApp(PropsDbServer Server, string Id)
{
    public static async Task<TestApp> Register(PropsDbServer server)
    {
        var app = new TestApp(server, server.New("app"));
        (await Service(server).Post("_apps", $$"""{"id":"{{app.Id}}"}""")).Status.ShouldBe(201);
        return app;
    }

    /// <summary>Who runs the service; paths are relative to <c>/api/v1/</c>.</summary>
    public static Client Service(PropsDbServer server) => new(server.Address, Token(server, "*", "ops", "admin"), "ops", "/api/v1/");

    public Client Admin => As("root", "admin");

    /// <summary>A user of the app; paths are relative to it.</summary>
    public Client As(string user, params string[] roles) => new(Server.Address, Token(Server, Id, user, roles), user, $"/api/v1/{Id}/");

    public Client Anonymous => new(Server.Address, null, null, $"/api/v1/{Id}/");

    public async Task<TestApp> With(string path, string body)
    {
        (await Admin.Put(path, body)).Status.ShouldBeOneOf(200, 201);
        return this;
    }

    private static string Token(PropsDbServer server, string app, string user, params string[] roles) =>
        Tokens.Issue(PropsDbServer.SecretBytes, user, roles, [app], server.Time.GetUtcNow().AddHours(1));
}

internal static class Refusals
{
    public static void ShouldBeForbidden(this Answer answer, string reason)
    {
        answer.ShouldBeProblem(403, "forbidden");
        answer.Json.GetProperty("reason").GetString().ShouldBe(reason);
    }

    public static void ShouldPointTo(this Answer answer, string error, string pointer)
    {
        answer.ShouldBeProblem(400, error);
        answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer, answer.ToString());
    }
}
