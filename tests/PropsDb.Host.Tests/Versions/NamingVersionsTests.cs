namespace PropsDb.Host.Tests;

/// <summary>All the ways in which a write may name the version it builds on.</summary>
public sealed class NamingVersionsTests(PropsDbServer server)
{
    public static TheoryData<string, string, string, string?> Levels { get; } = new()
    {
        { "PUT", "user/d", "application/json", "\"collections\":{}" },
        { "PUT", "user/d/ui", "application/json", "\"properties\":{}" },
        { "PUT", "user/d/ui/a", "application/json", "\"value\":2" },
        { "PATCH", "user/d", "application/merge-patch+json", "\"ui\":null" },
        { "PATCH", "user/d/ui", "application/merge-patch+json", "\"a\":null" },
        { "DELETE", "user/d", "application/json", null },
        { "DELETE", "user/d/ui", "application/json", null },
        { "DELETE", "user/d/ui/a", "application/json", null },
    };

    private Task<Client> Writer() => server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");

    private static Task<Answer> Write(Client client, string method, string path, string type, string? content, string query, string body, params (string, string)[] headers) =>
        client.Send(new HttpMethod(method), path + query, content is null ? null : $"{{{body}{content}}}", content is null ? null : type, headers);

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Each_way_of_naming_the_version_is_good(string method, string path, string type, string? content)
    {
        var ways = new List<(string Query, string Body, (string, string)[] Headers)>
        {
            ("?version=1", "", []), ("?document_version=1", "", []), ("", "", [("If-Match", "\"1\"")]), ("", "", [("If-Match", "*")]),
            ("?version=1&document_version=1", "", [("If-Match", "\"1\"")]),
        };
        if (method == "PUT")
        {
            ways.Add(("", "\"version\":1,", []));
            ways.Add(("", "\"document_version\":1,", []));
            ways.Add(("?version=1", "\"version\":1,\"document_version\":1,", [("If-Match", "\"1\"")]));
        }
        foreach (var (query, body, headers) in ways)
        {
            var alice = await Writer();
            var answer = await Write(alice, method, path, type, content, query, body, headers);
            answer.ShouldBeAt(method == "DELETE" && path == "user/d" ? 204 : 200, 2);
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task A_write_that_names_none_is_428(string method, string path, string type, string? content)
    {
        var alice = await Writer();
        (await Write(alice, method, path, type, content, "", "")).ShouldBeProblem(428, "version_required");
        if (method == "PUT") (await Write(alice, method, path, type, content, "", "\"version\":null,")).ShouldBeProblem(428, "version_required");
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Two_versions_that_disagree_are_refused(string method, string path, string type, string? content)
    {
        var ways = new List<(string Query, string Body, (string, string)[] Headers)>
        {
            ("?version=1&document_version=2", "", []), ("?version=2", "", [("If-Match", "\"1\"")]), ("?document_version=1", "", [("If-Match", "\"2\"")]),
            ("?version=1", "", [("If-None-Match", "*")]),
        };
        if (method == "PUT")
        {
            ways.Add(("?version=2", "\"version\":1,", []));
            ways.Add(("", "\"version\":1,\"document_version\":0,", []));
            ways.Add(("", "\"document_version\":2,", [("If-Match", "\"1\"")]));
        }
        if (path != "user/d")
        {
            ways.Add(("?collection_version=1&version=1", "", []));
            ways.Add(("?collection_version=1&document_version=1", "", []));
            ways.Add(("?collection_version=1", "", [("If-Match", "\"1\"")]));
        }
        if (path == "user/d/ui/a")
        {
            ways.Add(("?property_version=1&version=1", "", []));
            ways.Add(("?property_version=1", "", [("If-Match", "\"1\"")]));
        }
        var alice = await Writer();
        foreach (var (query, body, headers) in ways)
        {
            var answer = await Write(alice, method, path, type, content, query, body, headers);
            answer.ShouldBeProblem(400, "version_ambiguous");
        }
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Theory]
    [InlineData("If-Match", "1")]
    [InlineData("If-Match", "W/\"1\"")]
    [InlineData("If-Match", "\"1\", \"2\"")]
    [InlineData("If-Match", "\"1\",\"1\"")]
    [InlineData("If-Match", "\"01\"")]
    [InlineData("If-Match", "\"-1\"")]
    [InlineData("If-Match", "\"+1\"")]
    [InlineData("If-Match", "\"1.0\"")]
    [InlineData("If-Match", "\"1;v\"")]
    [InlineData("If-Match", "\"\"")]
    [InlineData("If-Match", "\" 1\"")]
    [InlineData("If-Match", "\"abc\"")]
    [InlineData("If-Match", "'1'")]
    [InlineData("If-Match", "*, \"1\"")]
    [InlineData("If-Match", "\"*\"")]
    [InlineData("If-Match", "\"9223372036854775808\"")]
    [InlineData("If-None-Match", "\"1\"")]
    [InlineData("If-None-Match", "\"*\"")]
    [InlineData("If-None-Match", "W/\"1\"")]
    [InlineData("If-None-Match", "*, *")]
    public async Task A_malformed_header_is_refused(string name, string value)
    {
        var alice = await Writer();
        (await alice.Put("user/d", """{"collections":{}}""", (name, value))).ShouldBeProblem(400, "invalid_version");
        (await alice.MergePatch("user/d/ui", "{}", (name, value))).ShouldBeProblem(400, "invalid_version");
        (await alice.Delete("user/d/ui/a", (name, value))).ShouldBeProblem(400, "invalid_version");
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task The_two_headers_exclude_each_other()
    {
        var alice = await Writer();
        (await alice.Put("user/d", """{"collections":{}}""", ("If-Match", "\"1\""), ("If-None-Match", "*"))).ShouldBeProblem(400, "invalid_version");
        (await alice.Put("user/d", """{"collections":{}}""", ("If-Match", "*"), ("If-None-Match", "*"))).ShouldBeProblem(400, "invalid_version");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("1e0")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("9223372036854775808")]
    public async Task A_malformed_version_in_a_body_is_refused_at_its_place(string version)
    {
        var alice = await Writer();
        foreach (var member in new[] { "version", "document_version", "collection_version", "property_version" })
        {
            var answer = await alice.Put("user/d/ui/a", $$"""{"{{member}}":{{version}},"value":2}""");
            answer.ShouldBeProblem(400, "invalid_version");
            answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/" + member);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("01")]
    [InlineData("%2B1")]
    [InlineData("1.0")]
    [InlineData("%221%22")]
    [InlineData("*")]
    [InlineData("9223372036854775808")]
    public async Task A_malformed_version_in_the_query_is_refused(string version)
    {
        var alice = await Writer();
        foreach (var name in new[] { "version", "document_version", "collection_version", "property_version" })
            (await alice.Delete($"user/d/ui/a?{name}={version}")).ShouldBeProblem(400, "invalid_version");
    }

    [Fact]
    public async Task The_members_of_a_merge_patch_are_no_versions()
    {
        var alice = await Writer();
        (await alice.MergePatch("user/d", """{"version":{"x":1}}""", ("If-Match", "\"1\""))).ShouldBeAt(200, 2);
        (await alice.MergePatch("user/d/version", """{"version":7}""", ("If-Match", "\"2\""))).ShouldBeAt(200, 3);
    }
}
