using System.Globalization;
using PropsDb.Host.Tests.Administration;

namespace PropsDb.Host.Tests.Search;

/// <summary>What is malformed, too large or another's is refused, with its place.</summary>
public sealed class SearchInputTests(PropsDbServer server)
{
    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("""{"not":""", depth - 1)) + """{"path":"/a","eq":1}""" + new string('}', depth - 1);

    private static string Or(int terms) => $$"""{"or":[{{string.Join(',', Enumerable.Repeat("""{"path":"/a","eq":1}""", terms))}}]}""";

    private static string In(int values, string value = "1") => $$"""{"path":"/a","in":[{{string.Join(',', Enumerable.Repeat(value, values))}}]}""";

    public static TheoryData<string, string> Filters => new()
    {
        { "[]", "/filter" },
        { "null", "/filter" },
        { "\"x\"", "/filter" },
        { """{"unknown":1}""", "/filter/unknown" },
        { """{"path":"/a","like":"x"}""", "/filter/like" },
        { """{"path":"/a","eq":1,"regex":"(a+)+$"}""", "/filter/regex" },
        { """{"path":"/a"}""", "/filter" },
        { """{"path":"a","eq":1}""", "/filter/path" },
        { """{"path":"","eq":1}""", "/filter/path" },
        { """{"path":"/a~2","eq":1}""", "/filter/path" },
        { """{"path":5,"eq":1}""", "/filter/path" },
        { """{"field":"content","eq":1}""", "/filter/field" },
        { """{"path":"/a","field":"name","eq":1}""", "/filter" },
        { """{"and":{}}""", "/filter/and" },
        { """{"and":[],"or":[]}""", "/filter" },
        { """{"and":[{"path":"/a","eq":1},{"nor":[]}]}""", "/filter/and/1/nor" },
        { """{"not":[]}""", "/filter/not" },
        { """{"path":"/a","gt":true}""", "/filter/gt" },
        { """{"path":"/a","lt":null}""", "/filter/lt" },
        { """{"path":"/a","exists":"yes"}""", "/filter/exists" },
        { """{"path":"/a","starts_with":5}""", "/filter/starts_with" },
        { """{"path":"/a","in":5}""", "/filter/in" },
        { """{"path":"/a","eq":"\u0000"}""", "/filter/eq" },
        { """{"path":"/a","in":[1,["\u0000"]]}""", "/filter/in/1" },
        { """{"path":"/a","gt":1e-9999}""", "/filter/gt" },
        { """{"path":"/\u0000","exists":true}""", "/filter/path" },
        { """{"field":"version","eq":"1"}""", "/filter/eq" },
        { """{"field":"version","contains":1}""", "/filter/contains" },
        { """{"field":"name","gt":1}""", "/filter/gt" },
        { """{"field":"updated_at","gt":"yesterday"}""", "/filter/gt" },
        { """{"collections":[]}""", "/filter/collections" },
        { """{"collections":{}}""", "/filter/collections" },
        { """{"collections":{"name":"a","property":{}}}""", "/filter/collections/property" },
        { """{"collections":{"name":"a","properties":{"value":1}}}""", "/filter/collections/properties" },
        { """{"collections":{"name":"a","properties":{"name":"b","values":1}}}""", "/filter/collections/properties/values" },
        { Or(201), "/filter" },
        { Or(1_000), "/filter" },
        { In(1_001), "/filter/in" },
        { In(1_000, "\"" + new string('x', 1_000) + "\""), "/filter" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_that_is_not_understood_is_refused_at_its_place(string filter, string pointer) =>
        (await server.NewUser().Query("user", $$"""{"filter":{{filter}} }""")).ShouldPointTo("invalid_query", pointer);

    [Fact]
    public async Task Each_limit_itself_is_allowed()
    {
        var alice = server.NewUser();
        foreach (var filter in new[] { Or(200), In(1_000), Nested(16) }) (await alice.Query("user", $$"""{"filter":{{filter}} }""")).Status.ShouldBe(200, filter[..40]);
        (await alice.Query("user", $$"""{"filter":{{Nested(17)}} }""")).ShouldBeProblem(400, "invalid_query");
        // Deeper than any body may be.
        (await alice.Query("user", $$"""{"filter":{{Nested(100)}} }""")).Status.ShouldBe(400);
        (await alice.Get("user/_search?q=" + new string('a', 1_000))).Status.ShouldBe(200);
        (await alice.Get("user/_search?q=" + new string('a', 1_001))).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("user/_search?q=" + string.Join('+', Enumerable.Repeat("a", 32)))).Status.ShouldBe(200);
        (await alice.Get("user/_search?q=" + string.Join('+', Enumerable.Repeat("a", 33)))).ShouldBeProblem(400, "invalid_query");
    }

    public static TheoryData<string, string> Bodies => new()
    {
        { "_query", """{"limit":0}""" },
        { "_query", """{"limit":-1}""" },
        { "_query", """{"limit":501}""" },
        { "_query", """{"limit":1e9}""" },
        { "_query", """{"limit":2147483648}""" },
        { "_query", """{"limit":"abc"}""" },
        { "_query", """{"limit":1.5}""" },
        { "_query", """{"sort":"name"}""" },
        { "_query", """{"sort":{"field":"content"}}""" },
        { "_query", """{"sort":{"field":"name","order":"up"}}""" },
        { "_query", """{"sort":{"field":"name","nulls":"last"}}""" },
        { "_query", """{"sort":{"field":"; DROP TABLE x"}}""" },
        { "_query", """{"count":"all"}""" },
        { "_query", """{"select":"/a"}""" },
        { "_query", """{"select":["a"]}""" },
        { "_query", """{"cursor":"nonsense"}""" },
        { "_query", """{"cursor":""}""" },
        { "_aggregate", """{"group_by":"a"}""" },
        { "_aggregate", """{"group_by":{}}""" },
        { "_aggregate", """{"sum":"a"}""" },
        { "_aggregate", """{"sum":["/a"]}""" },
        { "_aggregate", """{"limit":1001}""" },
        { "_aggregate", """{"filter":{"nor":[]}}""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_question_that_is_malformed_is_refused(string operation, string body) =>
        (await server.NewUser().Post("user/" + operation, body)).ShouldBeProblem(400, "invalid_query");

    [Theory]
    [InlineData("")]
    [InlineData("?q=")]
    [InlineData("?q=*")]
    [InlineData("?q=%2A+%3F+%25")]
    [InlineData("?q=%26+%7C+%21")]
    [InlineData("?q=%22open")]
    [InlineData("?q=name:")]
    [InlineData("?q=:value")]
    [InlineData("?q=name:%3E")]
    [InlineData("?q=a%00b")]
    [InlineData("?q=a&q=b")]
    [InlineData("?q=a&limit=0")]
    [InlineData("?q=a&limit=-1")]
    [InlineData("?q=a&limit=abc")]
    [InlineData("?q=a&limit=1e9")]
    [InlineData("?q=a&limit=501")]
    [InlineData("?q=a&limit=2147483648")]
    [InlineData("?q=a&limit=5&limit=6")]
    [InlineData("?q=a&collection=%20x")]
    [InlineData("?q=a&cursor=x")]
    public async Task A_search_that_is_malformed_is_refused(string query) => (await server.NewUser().Get("user/_search" + query)).ShouldBeProblem(400, "invalid_query");

    [Fact]
    public async Task A_fault_in_a_search_has_its_column() =>
        (await server.NewUser().Get("user/_search?q=abc+%22open")).Json.GetProperty("detail").GetString().ShouldBe("q: These quotes are not closed. At character 5.");

    [Fact]
    public async Task A_search_of_100_KB_is_refused() =>
        (await server.NewUser().Get("user/_search?q=" + new string('a', 100_000))).Status.ShouldBeOneOf(400, 414);

    [Fact]
    public async Task A_cursor_is_good_for_its_question_its_caller_and_its_day()
    {
        // A clock of its own.
        await using var own = new PropsDbServer();
        await own.InitializeAsync();
        var (alice, bob) = (own.As("alice"), own.As("bob"));
        foreach (var client in new[] { alice, bob })
            for (var i = 0; i < 3; i++) await client.Holding($"shared/{client.User}{i}", """{"n":{"v":"word"}}""");
        var cursor = (await alice.Query("shared", """{"filter":{"path":"/n/v","eq":"word"},"limit":1}""")).NextCursor()!;
        var found = (await alice.Get("shared/_search?q=word&limit=1")).NextCursor()!;
        var listed = (await alice.Get("shared?limit=1")).NextCursor()!;
        string Body(string c, string filter = """{"path":"/n/v","eq":"word"}""", string sort = "null") => $$"""{"filter":{{filter}},"sort":{{sort}},"cursor":{{Asking.Quoted(c)}} }""";
        (await alice.Query("shared", Body(cursor))).Names().Length.ShouldBe(5);
        (await bob.Query("shared", Body(cursor))).ShouldBeProblem(400, "invalid_query");
        (await alice.Query("user", Body(cursor))).ShouldBeProblem(400, "invalid_query");
        (await alice.Query("shared", Body(cursor, "{}"))).ShouldBeProblem(400, "invalid_query");
        (await alice.Query("shared", Body(cursor, sort: """{"field":"version"}"""))).ShouldBeProblem(400, "invalid_query");
        (await alice.Query("shared", Body(cursor[..^1]))).ShouldBeProblem(400, "invalid_query");
        (await alice.Query("shared", Body((cursor[0] == 'A' ? 'B' : 'A') + cursor[1..]))).ShouldBeProblem(400, "invalid_query");
        (await alice.Query("shared", Body(found))).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("shared/_search?q=word&cursor=" + Uri.EscapeDataString(found))).Names().Length.ShouldBe(5);
        (await bob.Get("shared/_search?q=word&cursor=" + Uri.EscapeDataString(found))).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("shared/_search?q=words&cursor=" + Uri.EscapeDataString(found))).ShouldBeProblem(400, "invalid_query");
        (await bob.Get("shared?cursor=" + Uri.EscapeDataString(listed))).ShouldBeProblem(400, "invalid_query");
        own.Time.Advance(TimeSpan.FromHours(25));
        alice = own.As("alice");
        (await alice.Query("shared", Body(cursor))).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("shared/_search?q=word&cursor=" + Uri.EscapeDataString(found))).ShouldBeProblem(400, "invalid_query");
    }

    [Fact]
    public async Task A_question_beyond_its_time_is_cut_and_the_database_is_free()
    {
        await using var own = new PropsDbServer { Settings = ["--PROPSDB:LIMITS:QUERYMILLISECONDS=300"] };
        await own.InitializeAsync();
        var alice = await own.As("alice").Holding("shared/d", """{"n":{"v":1}}""");
        (await alice.Query("shared", "{}")).Names().ShouldBe(["d"]);
        await using var source = Npgsql.NpgsqlDataSource.Create(own.ConnectionString);
        // Somebody holds the table: every question waits.
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locking = new Npgsql.NpgsqlCommand("LOCK TABLE propsdb.search_document IN ACCESS EXCLUSIVE MODE", connection)) await locking.ExecuteNonQueryAsync();
        foreach (var asking in new[] { alice.Query("shared", "{}"), alice.Get("shared/_search?q=v:1"), alice.Post("shared/_aggregate", "{}") })
        {
            var answer = await asking;
            answer.ShouldBeProblem(503, "query_timeout");
            answer.Header("Retry-After").ShouldBe("1");
        }
        await using (var counting = new Npgsql.NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'propsdb search' AND state = 'active' AND datname = current_database()", connection))
            Convert.ToInt64(await counting.ExecuteScalarAsync(), CultureInfo.InvariantCulture).ShouldBe(0);
        await transaction.RollbackAsync();
        (await alice.Query("shared", "{}")).Names().ShouldBe(["d"]);
    }
}
