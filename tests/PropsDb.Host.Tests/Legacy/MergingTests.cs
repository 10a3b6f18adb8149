namespace PropsDb.Host.Tests.Legacy;

public sealed class MergingTests(PropsDbServer server)
{
    [Fact]
    public async Task A_post_begins_a_document_and_brings_properties_in_without_taking_any_away()
    {
        var user = server.NewUser();
        (await user.Merge("home", """{"version":0,"collections":[{"collection":"state","properties":{"a":1,"b":2}},{"collection":"friends"}]}""")).ShouldBeWritten(1, 3);
        (await user.Read("home")).ShouldShow(1, """{"home":{"__version":"1","state":{"a":1,"b":2},"friends":{}}}""");
        (await user.Merge("home", """{"version":"1","collections":{"collection":"state","properties":{"b":3,"c":null}}}""")).ShouldBeWritten(2, 2);
        (await user.Merge("home", """{"version":2,"collections":[{"collection":"friends","properties":{"x":{"y":[]}}},{"collection":"new","properties":null}]}""")).ShouldBeWritten(3, 2);
        (await user.Read("home")).ShouldShow(3, """{"home":{"__version":"3","state":{"a":1,"b":3,"c":null},"friends":{"x":{"y":[]}},"new":{}}}""");
        (await user.Get("user/home")).ETag.ShouldBe("\"3\"");
    }

    [Theory]
    [InlineData("""{"collections":{"collection":"ui"}}""")]
    [InlineData("""{"version":null,"collections":{"collection":"ui"}}""")]
    [InlineData("""{"version":0,"collections":{"collection":"ui"}}""")]
    [InlineData("""{"version":"0","collections":{"collection":"ui"}}""")]
    [InlineData("""{"version":0.0,"collections":{"collection":"ui"}}""")]
    public async Task Without_a_version_the_document_must_not_exist(string body)
    {
        var user = server.NewUser();
        (await user.Merge("home", body)).ShouldBeWritten(1, 2);
        (await user.Merge("home", body)).ShouldBeStale(0, 1);
    }

    [Theory]
    [InlineData("1"), InlineData("\"1\""), InlineData("1.0"), InlineData("1e0")]
    public async Task A_version_is_a_number_or_a_decimal_text(string version)
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, "{}")).ShouldBeWritten(1, 2);
        (await user.Merge("home", $$$"""{"version":{{{version}}},"collections":{"collection":"ui","properties":{"a":1} } }""")).ShouldBeWritten(2, 1);
    }

    [Fact]
    public async Task What_is_falsy_among_the_collections_is_left_out()
    {
        var user = server.NewUser();
        (await user.Merge("home", """{"collections":[null,false,0,-0,0.0,"",{"collection":"ui","properties":{"a":0}}]}""")).ShouldBeWritten(1, 2);
        (await user.Read("home")).ShouldShow(1, """{"home":{"__version":"1","ui":{"a":0}}}""");
    }

    [Fact]
    public async Task One_collection_may_stand_twice_and_is_merged_in_order()
    {
        var user = server.NewUser();
        (await user.Merge("home", """{"collections":[{"collection":"ui","properties":{"a":1,"b":1}},{"collection":"ui","properties":{"b":2}}]}""")).Json.GetProperty("newVersion").GetString().ShouldBe("1");
        (await user.Read("home")).ShouldShow(1, """{"home":{"__version":"1","ui":{"a":1,"b":2}}}""");
    }

    [Theory]
    [InlineData("""{"a":{"y":[1,{"z":2.0}],"x":1}}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task What_changes_nothing_keeps_the_version_but_a_stale_one_is_refused_all_the_same(string properties)
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, """{"a":{"x":1.0,"y":[1,{"z":2}]}}""")).ShouldBeWritten(1, 2);
        (await user.Merge("home", 1, """{"b":1}""")).ShouldBeWritten(2, 1);
        (await user.Merge("home", 2, properties)).ShouldBeWritten(2, 0);
        (await user.Merge("home", 1, properties)).ShouldBeStale(1, 2);
        (await user.Merge("home", 3, properties)).ShouldBeStale(3, 2);
        (await user.Read("home/ui")).Body.ShouldContain("""{"x":1.0,"y":[1,{"z":2}]}""");
    }

    [Fact]
    public async Task A_stale_version_is_refused_whatever_the_document_would_do_with_it()
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, """{"a":1,"b":1}""")).ShouldBeWritten(1, 2);
        foreach (var strategy in new[] { "merge", "last_write_wins" })
        {
            (await user.Put("user/home/_settings", $$"""{"conflict_resolution_strategy":"{{strategy}}"}""")).Status.ShouldBe(200);
            (await user.Merge("home?on_conflict=" + strategy, 0, """{"a":2}""")).ShouldBeStale(0, 1);
        }
    }

    [Fact]
    public async Task A_refusal_tells_all_sides_in_the_numbers_of_these_routes()
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, "{}")).ShouldBeWritten(1, 2);
        (await user.Remove("home", """{"version":1,"deleteDocument":true}""")).Status.ShouldBe(200);
        // The second life begins at version 3 of /api/v1.
        (await user.Merge("home", 0, """{"a":{"x":1,"y":1},"b":1}""")).ShouldBeWritten(1, 2);
        (await user.Merge("home", 1, """{"a":{"x":2,"y":1},"b":2}""")).ShouldBeWritten(2, 2);
        var stale = (await user.Merge("home", 1, """{"a":{"x":1,"y":3},"b":3}""")).ShouldBeStale(1, 2);
        stale.Json.GetProperty("conflicts").ShouldBeJson($$$"""
            [{"path":"/ui/b","base":{"value":1},"remote":{"value":2,"version":2,"by":"{{{user.User}}}","at":"*"},"local":{"value":3}}]
            """);
        var remote = stale.Json.GetProperty("remote");
        (remote.GetProperty("name").GetString(), remote.GetProperty("version").GetInt32()).ShouldBe(("home", 2));
        remote.GetProperty("collections").ShouldBeJson("""[{"name":"ui","properties":[{"name":"a","value":{"x":2,"y":1}},{"name":"b","value":2}]}]""");
        stale.Json.GetProperty("merged").GetProperty("collections").ShouldBeJson("""[{"name":"ui","properties":[{"name":"a","value":{"x":2,"y":3}},{"name":"b","value":2}]}]""");
        stale.Json.GetProperty("url").GetString().ShouldBe("/api/data/user/home");
        stale.Json.GetProperty("status").GetInt32().ShouldBe(409);
        (await user.Get("user/home")).ETag.ShouldBe("\"4\"");
    }

    [Fact]
    public async Task A_version_of_what_is_not_there_is_stale_and_tells_that_nothing_is_there()
    {
        var user = server.NewUser();
        var stale = (await user.Merge("home", 3, "{}")).ShouldBeStale(3, 0);
        stale.Json.GetProperty("remote").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await user.Merge("home", long.MaxValue, "{}")).ShouldBeStale(long.MaxValue, 0);
        (await user.Read("home")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_refused_write_is_in_the_conflict_log_of_the_document()
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, """{"a":1}""")).ShouldBeWritten(1, 2);
        (await user.Merge("home", 1, """{"a":2}""")).ShouldBeWritten(2, 1);
        var id = (await user.Merge("home", 1, """{"a":3}""")).ShouldBeStale(1, 2).Json.GetProperty("conflict_id").GetString();
        for (var tries = 0; ; tries++)
        {
            var log = await user.Get("user/home/_conflicts");
            if (log.Body.Contains(id!, StringComparison.Ordinal)) break;
            tries.ShouldBeLessThan(100, log.ToString());
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task Limits_of_the_service_are_413()
    {
        await using var small = new PropsDbServer { Settings = ["--PROPSDB:LIMITS:PROPERTIES=3", "--PROPSDB:LIMITS:REQUESTBYTES=200000"] };
        await small.InitializeAsync();
        var user = small.NewUser();
        (await user.Merge("home", 0, """{"a":1,"b":2,"c":3,"d":4}""")).ShouldBeRefused(413, "too_large");
        (await user.Merge("home", 0, "{\"a\":\"" + new string('x', 150_000) + "\"}")).ShouldBeWritten(1, 2);
        (await user.Merge("home", 1, "{\"a\":\"" + new string('x', 250_000) + "\"}")).ShouldBeRefused(413, "too_large");
    }
}
