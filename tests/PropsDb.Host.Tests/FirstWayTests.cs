namespace PropsDb.Host.Tests;

public sealed class FirstWayTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    [Fact]
    public async Task A_document_is_created_read_changed_and_deleted()
    {
        var alice = server.As("alice");
        var created = await alice.Post("user/settings", """{"collections":{"ui":{"theme":"dark"}}}""");
        created.Status.ShouldBe(201);
        created.ETag.ShouldBe("\"1\"");
        var changed = await alice.Put("user/settings/ui/theme", """{"value":"light"}""", ("If-Match", "\"1\""));
        changed.Status.ShouldBe(200, changed.ToString());
        (await alice.Get("user/settings")).Json.GetProperty("document").GetProperty("version").GetInt64().ShouldBe(2);
        (await alice.Delete("user/settings?version=2")).Status.ShouldBe(204);
        (await alice.Get("user/settings")).Status.ShouldBe(404);
    }
}
