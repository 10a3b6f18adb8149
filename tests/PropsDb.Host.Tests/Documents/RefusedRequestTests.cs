using System.Net;

namespace PropsDb.Host.Tests;

public sealed class RefusedRequestTests(PropsDbServer server)
{
    [Theory]
    [InlineData("GET", "user/d/_unknown")]
    [InlineData("POST", "user/d/_unknown")]
    [InlineData("GET", "user/d/ui/_unknown")]
    [InlineData("DELETE", "user/d/ui/theme/_unknown")]
    [InlineData("GET", "user/_unknown")]
    [InlineData("GET", "user/_unknown/ui")]
    [InlineData("GET", "user/d/_unknown/theme")]
    [InlineData("PUT", "user/d/_unknown?path=/ui")]
    [InlineData("GET", "user/d/ui/theme/more")]
    [InlineData("GET", "user/d/ui/_copy")]
    public async Task An_operation_that_there_is_not_is_404(string method, string path)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"theme":1}}""");
        var body = method is "PUT" or "POST" ? "{}" : null;
        (await alice.Send(new HttpMethod(method), path, body, body is null ? null : "application/json")).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("user", "GET, HEAD", "POST PUT PATCH DELETE OPTIONS TRACE FETCH")]
    [InlineData("user/d", "DELETE, GET, HEAD, PATCH, POST, PUT", "OPTIONS TRACE FETCH")]
    [InlineData("user/d?path=/ui", "DELETE, GET, HEAD, PATCH, POST, PUT", "OPTIONS FETCH")]
    [InlineData("user/d/ui", "DELETE, GET, HEAD, PATCH, POST, PUT", "OPTIONS FETCH")]
    [InlineData("user/d/ui/theme", "DELETE, GET, HEAD, PUT", "POST PATCH OPTIONS FETCH")]
    [InlineData("user/d?path=/ui/theme", "DELETE, GET, HEAD, PUT", "POST PATCH OPTIONS FETCH")]
    [InlineData("user/d/_copy", "POST", "GET PUT PATCH DELETE OPTIONS FETCH")]
    public async Task A_method_that_a_resource_does_not_know_is_405_with_those_that_it_does(string path, string allow, string methods)
    {
        var alice = server.NewUser();
        foreach (var method in methods.Split(' '))
        {
            var answer = await alice.Send(new HttpMethod(method), path, null, null);
            answer.ShouldBeProblem(405, "method_not_allowed");
            answer.Header("Allow").ShouldBe(allow, method);
        }
    }

    [Theory]
    [InlineData("POST", "user/d", "Accept-Post", "application/json")]
    [InlineData("PUT", "user/d", "Accept-Post", "application/json")]
    [InlineData("PATCH", "user/d", "Accept-Patch", "application/merge-patch+json, application/json-patch+json")]
    [InlineData("POST", "user/d/ui", "Accept-Post", "application/json")]
    [InlineData("PUT", "user/d/ui", "Accept-Post", "application/json")]
    [InlineData("PATCH", "user/d/ui", "Accept-Patch", "application/merge-patch+json")]
    [InlineData("PUT", "user/d/ui/theme", "Accept-Post", "application/json")]
    [InlineData("POST", "user/d/_copy", "Accept-Post", "application/json")]
    public async Task A_body_of_another_media_type_is_415_with_those_that_fit(string method, string path, string header, string types)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"theme":1}}""");
        foreach (var type in new[] { "text/plain", "application/xml", "application/json; charset=latin1", "nonsense", null })
        {
            if (type is not null && types.Contains(type)) continue;
            var answer = await alice.Send(new HttpMethod(method), path, "{}", type, ("If-Match", "\"1\""));
            answer.ShouldBeProblem(415, "unsupported_media_type");
            if (header == "Accept-Patch") answer.Header(header).ShouldBe(types);
        }
    }

    [Theory]
    [InlineData("user/d", "application/json")]
    [InlineData("user/d/ui", "application/json")]
    [InlineData("user/d/ui", "application/json-patch+json")]
    public async Task PATCH_takes_patches_alone(string path, string type)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"theme":1}}""");
        (await alice.Send(HttpMethod.Patch, path, "{}", type, ("If-Match", "\"1\""))).ShouldBeProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("APPLICATION/JSON")]
    public async Task A_media_type_may_be_spelled_as_HTTP_allows(string type) =>
        (await server.NewUser().Send(HttpMethod.Post, "user/d", "{}", type)).ShouldBeAt(201, 1);

    [Fact]
    public async Task A_compressed_body_is_415() =>
        (await server.NewUser().Post("user/d", "{}", ("Content-Encoding", "gzip"))).ShouldBeProblem(415, "unsupported_media_type");

    [Theory]
    [InlineData("PUT", "user/d", "application/json", """{"version":1,"collections":{}}""")]
    [InlineData("PUT", "user/d/ui", "application/json", """{"version":1,"properties":{}}""")]
    [InlineData("PUT", "user/d/ui/theme", "application/json", """{"version":1,"value":2}""")]
    [InlineData("POST", "user/d/new", "application/json", "{}")]
    [InlineData("POST", "user/new", "application/json", "{}")]
    [InlineData("POST", "user/d/_copy", "application/json", """{"to":{"document":"new"}}""")]
    [InlineData("PATCH", "user/d?version=1", "application/merge-patch+json", """{"ui":null}""")]
    [InlineData("PATCH", "user/d/ui?version=1", "application/merge-patch+json", """{"theme":null}""")]
    [InlineData("DELETE", "user/d?version=1", null, null)]
    [InlineData("DELETE", "user/d/ui/theme?version=1", null, null)]
    public async Task A_write_that_is_refused_for_a_parameter_writes_nothing(string method, string path, string? type, string? body)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"theme":1}}""");
        foreach (var parameter in new[] { "shape=tree", "dry_run=maybe", "dry_run=", "on_conflict=mine", "version=x", "version=1&version=1" })
        {
            if (path.EndsWith("_copy") && parameter.StartsWith("version")) continue;    // a copy builds on no version
            var target = path + (path.Contains('?') ? "&" : "?") + parameter;
            var answer = await alice.Send(new HttpMethod(method), target, body, type, ("Prefer", "return=representation"));
            answer.Code.ShouldBe(HttpStatusCode.BadRequest, $"{target}: {answer}");
            (await alice.Get("user/d")).ShouldBeAt(200, 1);
            (await alice.Get("user/new")).Status.ShouldBe(404);
        }
    }

    [Theory]
    [InlineData("user/d", """{"version":1}""", "/collections")]
    [InlineData("user/d", """{"version":1,"collections":1}""", "/collections")]
    [InlineData("user/d", """{"version":1,"collections":{"ui":1}}""", "/collections/ui")]
    [InlineData("user/d", """{"version":1,"collections":[{"name":"ui","properties":[{"name":"a"}]}]}""", "/collections/0/properties/0/name")]
    [InlineData("user/d", """{"version":1,"collections":[{"name":"ui"},{"name":"ui"}]}""", "/collections/1/name")]
    [InlineData("user/d", """{"version":1,"collections":[{"properties":{}}]}""", "/collections/0/name")]
    [InlineData("user/d", """{"version":1,"collections":[1]}""", "/collections/0")]
    [InlineData("user/d", "[]", "")]
    [InlineData("user/d/ui", """{"version":1}""", "/properties")]
    [InlineData("user/d/ui/a", """{"version":1}""", "/value")]
    [InlineData("user/d/ui/a", "5", "")]
    public async Task A_body_of_another_form_is_refused_at_its_place(string path, string body, string pointer)
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        var answer = await alice.Put(path, body);
        answer.ShouldBeProblem(400, "invalid_value");
        answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
        answer.Json.GetProperty("errors")[0].GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }
}
