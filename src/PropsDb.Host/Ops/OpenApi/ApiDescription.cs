using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Ops.OpenApi;

/// <summary>
/// <c>/openapi/v1.json</c>: OpenAPI 3.1, made from the table of routes. All requests for documents pass one catch-all endpoint, of which the
/// framework's own generator could tell nothing.
/// </summary>
public static partial class ApiDescription
{
    // It says nothing that a setting could change, so it is made once.
    private static readonly Lazy<ReadOnlyMemory<byte>> Text = new(() => Encoding.UTF8.GetBytes(Build().ToJsonString(Indented)));

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static ServiceRoute Route { get; } = new("/openapi/v1.json", "getOpenApi", "This description.", http => Reply.Send(http, 200, Text.Value, Documents.Route.Json));

    public static JsonObject Build()
    {
        var paths = new JsonObject();
        foreach (var route in ServiceRoute.All) PathOf(paths, route.Pattern)["get"] = Operation(route);
        foreach (var route in Described.All) PathOf(paths, route.Pattern)[Lower(route.Method)] = Operation(route);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "PropsDB",
                ["version"] = Capabilities.Version,
                ["description"] = "Versioned documents of named properties, their history and their changes.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = Security(isOpen: false),
            ["paths"] = paths,
            ["components"] = Components(),
        };
    }

    private static JsonObject Components()
    {
        using var file = typeof(ApiDescription).Assembly.GetManifestResourceStream("PropsDb.Host.openapi.json")!;
        var components = JsonNode.Parse(file)!.AsObject();
        components["schemas"]!["Problem"]!["properties"]!["error"]!["enum"] = Strings(Problem.Codes.Keys.Order(StringComparer.Ordinal));
        return components;
    }

    private static JsonObject PathOf(JsonObject paths, string pattern)
    {
        if (paths[pattern] is JsonObject path) return path;
        path = [];
        if (Segments().Matches(pattern) is { Count: > 0 } names)
            path["parameters"] = new JsonArray([.. names.Select(n => Reference("parameters", n.Groups["name"].Value))]);
        paths[pattern] = path;
        return path;
    }

    private static JsonObject Operation(ServiceRoute route)
    {
        var operation = Operation(route.Id, route.Summary, "service");
        if (!route.Problems.Contains("unauthenticated")) operation["security"] = Security(isOpen: true);
        var answers = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = Description(200),
                ["content"] = new JsonObject { [route.MediaType] = new JsonObject { ["schema"] = Reference("schemas", route.MediaType == Documents.Route.Json ? "Object" : "Text") } },
            },
        };
        AddProblems(answers, route.Problems);
        operation["responses"] = answers;
        return operation;
    }

    private static JsonObject Operation(Described route)
    {
        var contract = Contract.Of(route.Method, route.Pattern, route.MediaTypes);
        var operation = Operation(route.Id, route.Summary, route.Tag);
        string[] parameters = [.. route.Parameters, .. contract.Query, .. contract.Headers, "X-Request-Id"];
        operation["parameters"] = new JsonArray([.. parameters.Select(p => Reference("parameters", p))]);
        if (route.MediaTypes.Count > 0)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = !route.IsBodyOptional,
                ["content"] = new JsonObject(route.MediaTypes.Select((type, i) => KeyValuePair.Create<string, JsonNode?>(type,
                    new JsonObject { ["schema"] = Reference("schemas", contract.Body[i]) }))),
            };
        }
        var answers = new JsonObject();
        foreach (var status in contract.Statuses) answers[Key(status)] = Answer(route, contract, status);
        AddProblems(answers, contract.Problems);
        operation["responses"] = answers;
        return operation;
    }

    private static JsonObject Operation(string id, string summary, string tag) =>
        new() { ["operationId"] = id, ["summary"] = summary, ["tags"] = Strings([tag]) };

    private static JsonObject Answer(Described route, Contract contract, int status)
    {
        var answer = new JsonObject { ["description"] = Description(status) };
        string[] headers = [.. contract.Statuses.Contains(304) || contract.Problems.Contains("version_conflict") ? ["ETag", "X-Position"] : Array.Empty<string>(), .. status == 201 ? ["Location"] : Array.Empty<string>(), "X-Request-Id"];
        answer["headers"] = new JsonObject(headers.Select(h => KeyValuePair.Create<string, JsonNode?>(h, Reference("headers", h))));
        if (status is 204 or 304 || contract.Answer is null) return answer;
        var content = new JsonObject { [contract.MediaType] = new JsonObject { ["schema"] = Reference("schemas", contract.Answer) } };
        if (route.Id is "getProperty") content[GetProperty.BareValue] = new JsonObject { ["schema"] = Reference("schemas", "Any") };
        answer["content"] = content;
        return answer;
    }

    // One answer for each status, naming every code that may stand behind it.
    private static void AddProblems(JsonObject answers, IEnumerable<string> codes)
    {
        var byStatus = codes.Distinct(StringComparer.Ordinal).SelectMany(code => StatusesOf(code).Select(status => (status, code))).GroupBy(p => p.status, p => p.code).OrderBy(g => g.Key);
        foreach (var problems in byStatus)
        {
            answers[Key(problems.Key)] = new JsonObject
            {
                ["description"] = string.Join(" ", problems.Select(code => $"`{code}`: {Problem.Codes[code].Title}")),
                ["content"] = new JsonObject
                {
                    ["application/problem+json"] = new JsonObject { ["schema"] = Reference("schemas", problems.Contains("version_conflict") ? "ConflictProblem" : "Problem") },
                },
                ["x-error-codes"] = Strings(problems),
            };
        }
    }

    // These two are 412 where a header named the version.
    private static IEnumerable<int> StatusesOf(string code) =>
        code is "version_conflict" or "already_exists" ? [Problem.Codes[code].Status, 412] : [Problem.Codes[code].Status];

    private static string Description(int status) => status switch
    {
        201 => "It was created.",
        204 => "Done; there is no body.",
        304 => "The client has it already.",
        _ => "Done.",
    };

    private static JsonArray Security(bool isOpen)
    {
        var ways = new JsonArray(new JsonObject { ["token"] = new JsonArray() }, new JsonObject { ["key"] = new JsonArray() }, new JsonObject());
        return isOpen ? [] : ways;
    }

    private static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static JsonArray Strings(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)t)];

    private static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static string Lower(string text) => text.ToLowerInvariant();

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex Segments();
}
