namespace PropsDb.Host.Tests.Search;

public sealed class IndexTests : IAsyncLifetime
{
    private readonly PropsDbServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Client Admin => _server.As("root", "admin");

    private async Task Ready(string name)
    {
        for (var i = 0; i < 500; i++)
        {
            if ((await Admin.Get($"shared/_indexes/{name}")).Json.GetProperty("state").GetString() == "ready") return;
            await Task.Delay(20);
        }
        throw new TimeoutException("The index is not built.");
    }

    [Fact]
    public async Task A_declared_index_is_built_over_what_is_there_kept_up_and_used()
    {
        for (var i = 0; i < 30; i++) await Admin.Holding($"shared/d{i:D2}", $$"""{"n":{"v":{{i % 10}} } }""");
        (await Admin.Put("shared/_indexes/by-value", """{"path":"/n/v"}""")).ShouldBeJson("""{"name":"by-value","path":"/n/v","state":"building"}""");
        await Ready("by-value");
        (await Admin.Holding("shared/new", """{"n":{"v":4.5}}""")).ShouldNotBeNull();
        (await Admin.Put("shared/d00/n/v", """{"version":1,"value":"text"}""")).Status.ShouldBe(200);
        (await Admin.Delete("shared/d01?version=1")).Status.ShouldBe(204);
        const string filter = """{"path":"/n/v","gt":4,"lt":6}""";
        var sorted = await Admin.Query("shared", $$"""{"filter":{{filter}},"sort":{"field":"/n/v"},"explain":true}""");
        sorted.Names().ShouldBe(["new", .. new[] { "d05", "d15", "d25" }], ignoreOrder: true);
        sorted.Names()[0].ShouldBe("new");
        sorted.Json.GetProperty("plan").GetRawText().ShouldContain("search_key");
        (await Admin.Query("shared", $$"""{"filter":{{filter}},"explain":true}""")).Json.GetProperty("plan").GetRawText().ShouldContain("search_key");
        (await Admin.Query("shared", """{"filter":{"path":"/n/v","starts_with":"te"}}""")).Names().ShouldBe(["d00"]);
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Admin.Query("shared", $$"""{"sort":{"field":"/n/v","order":"desc"},"limit":7,"cursor":{{(cursor is null ? "null" : Asking.Quoted(cursor))}} }""");
            paged.AddRange(page.Names());
            cursor = page.NextCursor();
        } while (cursor is not null);
        paged.Count.ShouldBe(30);
        paged.Distinct().Count().ShouldBe(30);
        paged[0].ShouldBe("d00");
        (await Admin.Get("shared/_indexes")).ShouldBeJson("""{"indexes":[{"name":"by-value","path":"/n/v","state":"ready"}]}""");
    }

    [Fact]
    public async Task A_dropped_index_leaves_nothing_and_one_with_another_path_is_built_anew()
    {
        await Admin.Holding("shared/d", """{"n":{"v":1,"w":2}}""");
        (await Admin.Put("shared/_indexes/i", """{"path":"/n/v"}""")).Status.ShouldBe(201);
        await Ready("i");
        (await Admin.Put("shared/_indexes/i", """{"path":"/n/v"}""")).Status.ShouldBe(200);
        (await Admin.Put("shared/_indexes/i", """{"path":"/n/w"}""")).ShouldBeJson("""{"name":"i","path":"/n/w","state":"building"}""");
        await Ready("i");
        (await Admin.Delete("shared/_indexes/i")).Status.ShouldBe(204);
        (await Admin.Get("shared/_indexes/i")).ShouldBeProblem(404, "not_found");
        (await Admin.Delete("shared/_indexes/i")).ShouldBeProblem(404, "not_found");
        (await Admin.Query("shared", """{"sort":{"field":"/n/w"}}""")).Names().ShouldBe(["d"]);
        (await Admin.Put("shared/_indexes/i", """{"path":"n/w"}""")).ShouldBeProblem(400, "invalid_value");
        for (var i = 0; i < 16; i++) (await Admin.Put($"shared/_indexes/i{i}", $$"""{"path":"/n/{{i}}"}""")).Status.ShouldBe(201);
        (await Admin.Put("shared/_indexes/one-more", """{"path":"/n/x"}""")).ShouldBeProblem(413, "too_large");
    }
}
