using System.Text.Json;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;
using PropsDb.Host.Ops.OpenApi;

namespace PropsDb.Host.Tests.Ops;

public sealed class OpenApiTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    private static readonly JsonElement Document = JsonDocument.Parse(ApiDescription.Build().ToJsonString()).RootElement;

    private static IEnumerable<string> ApiRoutes =>
        Routes.All.Select(r => $"{r.Method} {r.Pattern}").Concat(AppRoutes.All.Select(r => $"{r.Method} {r.Pattern}"));

    private static IEnumerable<(string Route, JsonElement Operation)> Operations =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name != "parameters"
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    [Fact]
    public void Every_route_is_in_the_document_and_nothing_else() => Operations.Select(o => o.Route).ShouldBe(
        ServiceRoute.All.Select(r => $"GET {r.Pattern}").Concat(ApiRoutes), ignoreOrder: true);

    [Fact]
    public void Every_route_has_a_description_of_its_own() =>
        Contract.Routes.ShouldBe(ApiRoutes, ignoreOrder: true);

    [Fact]
    public void A_body_is_described_for_each_of_its_media_types()
    {
        foreach (var route in Described.All) Contract.Of(route.Method, route.Pattern, route.MediaTypes).Body.Length.ShouldBe(route.MediaTypes.Count, route.Pattern);
    }

    [Fact]
    public void Every_operation_has_an_id_of_its_own_a_summary_and_answers()
    {
        Operations.Select(o => o.Operation.GetProperty("operationId").GetString()).ShouldBeUnique();
        foreach (var (route, operation) in Operations)
        {
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty(route);
            operation.GetProperty("responses").EnumerateObject().ShouldContain(a => a.Name.StartsWith('2'), route);
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_component_is_used()
    {
        var references = References(Document).Distinct().ToList();
        var components = from kind in Document.GetProperty("components").EnumerateObject()
                         from component in kind.Value.EnumerateObject()
                         where kind.Name != "securitySchemes"
                         select $"#/components/{kind.Name}/{component.Name}";
        references.ShouldBe(components, ignoreOrder: true);
    }

    [Fact]
    public void Only_codes_that_there_are_are_named()
    {
        foreach (var (route, operation) in Operations)
            foreach (var answer in operation.GetProperty("responses").EnumerateObject().Where(a => a.Value.TryGetProperty("x-error-codes", out _)))
                foreach (var code in answer.Value.GetProperty("x-error-codes").EnumerateArray())
                    Problem.Codes.Keys.ShouldContain(code.GetString()!, route);
    }

    [Fact]
    public async Task What_is_served_is_valid_OpenAPI_3_1()
    {
        var answer = await server.Anonymous.Get("/openapi/v1.json");
        answer.Status.ShouldBe(200);
        var (document, diagnostic) = OpenApiDocument.Parse(answer.Body, "json");
        diagnostic!.Errors.ShouldBeEmpty();
        diagnostic.SpecificationVersion.ShouldBe(OpenApiSpecVersion.OpenApi3_1);
        document!.Paths.Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task The_page_to_try_it_loads_everything_from_here()
    {
        var page = await server.Anonymous.Get("/docs/");
        page.Status.ShouldBe(200, page.ToString());
        var policy = page.Header("Content-Security-Policy")!;
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("http");
        page.Body.ShouldContain("openapi/v1.json");
        page.Body.ShouldNotContain("cdn", Case.Insensitive);
        page.Body.ShouldNotContain("https://");
        var scripts = page.Body.Split("src=\"").Skip(1).Select(rest => rest[..rest.IndexOf('"')]).ToList();
        scripts.ShouldNotBeEmpty();
        foreach (var script in scripts)
        {
            var url = new Uri(page.Raw.RequestMessage!.RequestUri!, script);
            url.Host.ShouldBe(server.Address.Host);
            var loaded = await server.Anonymous.Get(url.PathAndQuery);
            loaded.Status.ShouldBe(200, script);
            loaded.Body.Length.ShouldBeGreaterThan(100, script);
        }
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(m => m.Name == "$ref" ? [m.Value.GetString()!] : References(m.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
