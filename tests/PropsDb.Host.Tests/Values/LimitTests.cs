using System.Net.Http.Headers;
using System.Text;

namespace PropsDb.Host.Tests;

/// <summary>Each limit at n and at n + 1, by every way in.</summary>
public sealed class LimitTests(LimitTests.Small small, PropsDbServer server) : IClassFixture<LimitTests.Small>
{
    public sealed class Small : IAsyncLifetime
    {
        public PropsDbServer Server { get; } = new()
        {
            Settings = ["--PROPSDB:LIMITS:REQUESTBYTES=2000", "--PROPSDB:LIMITS:DOCUMENTBYTES=300", "--PROPSDB:LIMITS:PROPERTIES=5", "--PROPSDB:LIMITS:OPERATIONS=3"],
        };

        public ValueTask InitializeAsync() => Server.InitializeAsync();
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private const string Merge = "application/merge-patch+json";
    private const string Patch = "application/json-patch+json";
    private const string Json = "application/json";

    /// <summary>Every way by which a value gets in, its place written as VALUE; the document is at version 1 with collection c and property x.</summary>
    public static TheoryData<string, string, string, string> Ways { get; } = new()
    {
        { "POST", "user/new", Json, """{"collections":{"c":{"p":VALUE}}}""" },
        { "POST", "user/new", Json, """{"collections":[{"name":"c","properties":[{"name":"p","value":VALUE}]}]}""" },
        { "PUT", "user/new", Json, """{"version":0,"collections":{"c":{"p":VALUE}}}""" },
        { "PUT", "user/d", Json, """{"version":1,"collections":[{"name":"c","properties":[{"name":"p","value":VALUE}]}]}""" },
        { "POST", "user/e/c", Json, """{"properties":{"p":VALUE}}""" },
        { "PUT", "user/d/c", Json, """{"version":1,"properties":{"p":VALUE}}""" },
        { "PUT", "user/d/c", Json, """{"version":1,"properties":[{"name":"p","value":VALUE}]}""" },
        { "PUT", "user/d/c/x", Json, """{"version":1,"value":VALUE}""" },
        { "PATCH", "user/d?version=1", Merge, """{"c":{"x":VALUE}}""" },
        { "PATCH", "user/d/c?version=1", Merge, """{"x":VALUE}""" },
        { "PATCH", "user/d?version=1", Patch, """[{"op":"replace","path":"/c/x","value":VALUE}]""" },
        { "PATCH", "user/d?version=1", Patch, """[{"op":"add","path":"/c","value":{"x":VALUE}}]""" },
        { "PATCH", "user/d?version=1", Patch, """[{"op":"add","path":"","value":{"c":{"x":VALUE}}}]""" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_value_nests_64_levels_and_no_more(string method, string path, string type, string body)
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"o\":", "}") })
        {
            foreach (var (depth, isGood) in new[] { (64, true), (65, false), (66, false), (80, false), (5000, false) })
            {
                var alice = await (await server.NewUser().Holding("user/d", """{"c":{"x":1}}""")).Holding("user/e", "{}");
                var core = open == "[" ? "[]" : "{}";
                var value = string.Concat(Enumerable.Repeat(open, depth - 1)) + core + string.Concat(Enumerable.Repeat(close, depth - 1));
                var answer = await alice.Send(new HttpMethod(method), path, body.Replace("VALUE", value), type);
                if (isGood) answer.Status.ShouldBeInRange(200, 201, answer.ToString());
                else answer.ShouldBeProblem(400, "invalid_value");
            }
        }
    }

    [Fact]
    public async Task A_JSON_patch_cannot_nest_deeper_step_by_step()
    {
        var deep = new string('[', 60) + new string(']', 60);
        var alice = await server.NewUser().Holding("user/d", $$"""{"c":{"x":{{deep}},"o":{"a":{"b":{"c":{"d":0} } } } } }""");
        (await alice.JsonPatch("user/d?version=1", """[{"op":"copy","from":"/c/x","path":"/c/o/a/b/c/d"}]""")).ShouldBeAt(200, 2);
        (await alice.JsonPatch("user/d?version=2", """[{"op":"add","path":"/c/o/a/b/c/d","value":{}},{"op":"copy","from":"/c/x","path":"/c/o/a/b/c/d/e"}]""")).ShouldBeProblem(400, "invalid_value");
        (await alice.Get("user/d")).ShouldBeAt(200, 2);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_document_has_so_many_bytes_and_no_more(string method, string path, string type, string body)
    {
        var name = body.Contains("\"p\"") ? "p" : "x";
        var around = Encoding.UTF8.GetByteCount($"{{\"c\":{{\"{name}\":\"\"}}}}");
        foreach (var (bytes, isGood) in new[] { (300, true), (301, false) })
        {
            var alice = await (await small.Server.NewUser().Holding("user/d", """{"c":{"x":1}}""")).Holding("user/e", "{}");
            var value = $"\"é{new string('x', bytes - around - 2)}\"";
            var answer = await alice.Send(new HttpMethod(method), path, body.Replace("VALUE", " " + value + " "), type);
            if (isGood) answer.Status.ShouldBeInRange(200, 201, answer.ToString());
            else answer.ShouldBeProblem(413, "too_large");
        }
    }

    [Theory]
    [InlineData("POST", "user/new", Json, """{"collections":{"c":{PROPERTIES},"k":{}}}""", 5)]
    [InlineData("POST", "user/new", Json, """{"collections":{"c":{PROPERTIES},"k":{"y":1}}}""", 4)]
    [InlineData("PUT", "user/d", Json, """{"version":1,"collections":{"c":{PROPERTIES}}}""", 5)]
    [InlineData("POST", "user/d/new", Json, """{"properties":{PROPERTIES}}""", 2)]
    [InlineData("PUT", "user/d/c", Json, """{"version":1,"properties":{PROPERTIES}}""", 5)]
    [InlineData("PUT", "user/d/new", Json, """{"version":1,"properties":{PROPERTIES}}""", 2)]
    [InlineData("PATCH", "user/d?version=1", Merge, """{"n":{PROPERTIES}}""", 2)]
    [InlineData("PATCH", "user/d/c?version=1", Merge, """{PROPERTIES}""", 2)]
    [InlineData("PATCH", "user/d?version=1", Patch, """[{"op":"add","path":"/n","value":{PROPERTIES}}]""", 2)]
    public async Task A_document_has_so_many_properties_and_no_more(string method, string path, string type, string body, int most)
    {
        foreach (var count in new[] { most, most + 1 })
        {
            var alice = await small.Server.NewUser().Holding("user/d", """{"c":{"x":1,"y":2,"z":3}}""");
            var properties = string.Join(',', Enumerable.Range(0, count).Select(i => $"\"p{i}\":{i}"));
            var answer = await alice.Send(new HttpMethod(method), path, body.Replace("PROPERTIES", properties), type);
            if (count == most) answer.Status.ShouldBeInRange(200, 201, answer.ToString());
            else answer.ShouldBeProblem(413, "too_large");
        }
    }

    [Fact]
    public async Task Properties_are_counted_one_by_one()
    {
        var alice = await small.Server.NewUser().Holding("user/d", "{}");
        for (var i = 1; i <= 5; i++) (await alice.Put($"user/d/c/p{i}", $$"""{"version":{{i}},"value":1}""")).ShouldBeAt(200, i + 1);
        (await alice.Put("user/d/c/p6", """{"version":6,"value":1}""")).ShouldBeProblem(413, "too_large");
        (await alice.Put("user/d/c/p5", """{"version":6,"value":2}""")).ShouldBeAt(200, 7);
        (await alice.Delete("user/d/c/p5?version=7")).ShouldBeAt(200, 8);
        (await alice.Put("user/d/c/p6", """{"version":8,"value":1}""")).ShouldBeAt(200, 9);
    }

    [Theory]
    [InlineData(3, 200)]
    [InlineData(4, 413)]
    public async Task A_JSON_patch_has_so_many_operations_and_no_more(int count, int status)
    {
        var alice = await small.Server.NewUser().Holding("user/d", """{"c":{}}""");
        var steps = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"op":"add","path":"/c/p","value":{{i}} }"""));
        (await alice.JsonPatch("user/d?version=1", $"[{steps}]")).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData(2000, true)]
    [InlineData(2001, false)]
    [InlineData(100_000, false)]
    public async Task A_request_has_so_many_bytes_and_no_more(int bytes, bool isGood)
    {
        foreach (var isChunked in new[] { false, true })
        {
            var user = small.Server.New("user");
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(small.Server.Address, "/api/v1/default/user/d"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", small.Server.Token(user));
            request.Headers.TransferEncodingChunked = isChunked;
            request.Content = new StringContent("{}" + new string(' ', bytes - 2), new MediaTypeHeaderValue(Json));
            var response = await http.SendAsync(request);
            var answer = new Answer(response.StatusCode, response, await response.Content.ReadAsStringAsync());
            if (isGood) answer.ShouldBeAt(201, 1);
            else answer.ShouldBeProblem(413, "too_large");
        }
    }
}
