using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Host.Legacy;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests;

/// <summary>Every cell of <c>authz.csv</c> against the running service: who may, may; who may not is told so, leaves no trace, and learns nothing.</summary>
public sealed class AccessTableTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private readonly Dictionary<(string Tier, string? Owner), string> _conflicts = [];

    public static TheoryData<string, string> Cells { get; } = new(AccessTable.Rows.Select(r => (r.Operation, r.Target)));

    [Fact]
    public void Every_route_has_a_row()
    {
        var routes = Routes.All.Select(r => $"{r.Method} {r.Pattern}").Concat(AppRoutes.All.Select(r => $"{r.Method} {r.Pattern}"))
            .Concat(LegacyRoutes.All.Select(r => $"{r.Method} {r.Label("{tier}").Metadata.GetRequiredMetadata<RouteLabel>().Route}")).Concat(ServiceRoute.All.Select(r => $"GET {r.Pattern}"));
        routes.Except(AccessTable.Rows.Select(r => r.Operation)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_endpoint_has_a_row()
    {
        var endpoints = world.Server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).ToList();
        endpoints.ShouldNotBeEmpty();
        // A WebSocket is no request that has an answer: the hub is tried by its own tests.
        endpoints.Except(AccessTable.Rows.Select(r => r.Pattern)).ShouldBe([PropsDb.Host.Changes.LiveHub.Path]);
    }

    [Fact]
    public void No_row_stands_twice_and_none_is_of_an_operation_that_there_is_not()
    {
        AccessTable.Rows.Select(r => (r.Operation, r.Target)).ShouldBeUnique();
        AccessOperation.All.Keys.Except(AccessTable.Rows.Select(r => r.Operation)).ShouldBeEmpty();
        AccessTable.Rows.ShouldAllBe(r => r.Verdicts.Select(v => v.Caller).SequenceEqual(world.Callers.Keys));
    }

    [Fact]
    public void A_key_that_reads_is_allowed_no_write_and_no_key_administers()
    {
        AccessTable.Rows.Where(r => r.Method != "GET" && AccessOperation.All.GetValueOrDefault(r.Operation) is not { Writes: false }).ShouldAllBe(r => r.Of("kr") != 'A');
        AccessTable.Rows.Where(r => r.Of("kw") == 'A' && !AccessCell.IsOnDocument(r)).Select(r => r.Operation)
            .ShouldAllBe(o => o.StartsWith("GET /api/v1/_apps") || o.EndsWith("/_tiers") || o.EndsWith("/_access") || o.EndsWith("{app}/_changes") || o.EndsWith("/_live/negotiate") || !o.Contains("/api/v1/"));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Each_caller_may_do_what_the_table_says(string operation, string target)
    {
        var row = AccessTable.Rows.Single(r => r.Operation == operation && r.Target == target);
        var faults = new List<string>();
        foreach (var (caller, expected) in row.Verdicts)
            if (await Fault(row, world.Callers[caller], expected) is { } fault) faults.Add($"{caller}: {fault}");
        faults.ShouldBeEmpty();
    }

    private async Task<string?> Fault(AccessRow row, Principal caller, char expected)
    {
        var cell = await Cell(row, caller, isFresh: expected is 'A' && row.Method is not "GET");
        var before = await world.Traces();
        var answer = await cell.Send(world);
        var after = await world.Traces();
        if (!Fits(answer, cell, expected)) return $"expected {expected}, but {answer}";
        if (answer.Body.Contains(AccessWorld.Secret(AccessWorld.Other))) return $"another app's content: {answer}";
        if (row.Pattern.StartsWith("/api/", StringComparison.Ordinal) && !IsForThisCallerAlone(answer, row.Pattern.StartsWith("/api/v1/", StringComparison.Ordinal) ? ["Authorization", "X-App-Key", "X-App-ID"] : ["Authorization", "Cookie"])) return $"a cache could give it to another: {answer.Raw.Headers}";
        // The pages of /docs are a library's.
        if (row.Method is "GET" && !row.Pattern.StartsWith("/docs", StringComparison.Ordinal) && await cell.Send(world, "HEAD") is var head && (head.Status != answer.Status || head.Body.Length > 0)) return $"HEAD {head}";
        var isWritten = expected is 'A' && cell.IsWrite;
        if (isWritten == (before == after)) return isWritten ? "it left nothing behind" : $"{before} became {after} by {answer}";
        if (answer.Status < 400) return null;
        if (answer.Body.Contains(AccessWorld.Secret(AccessWorld.App))) return $"content in a refusal: {answer}";
        // A grantee may know that the document is there.
        if (expected is 'N' or 'Q' || (expected is 'F' && AccessWorld.Grantees.Contains(caller.User))) return null;
        var other = Absent(cell);
        var absent = (Answer: await other.Send(world), Cell: other);
        return Shown(absent.Answer, absent.Cell) == Shown(answer, cell) ? null : $"{Shown(answer, cell)}\nis not what there is to say of something else:\n{Shown(absent.Answer, absent.Cell)}";
    }

    private static bool Fits(Answer answer, AccessCell cell, char expected) => expected switch
    {
        'A' => answer.Status is >= 200 and < 300 && (cell.Needle is not { } needle || answer.Body.Contains(needle)),
        '0' => answer.Status is 200 && !answer.Body.Contains(cell.Needle!),
        'F' when cell.IsLegacy => answer.Status is 403 && answer.Json.GetProperty("type").GetString()!.StartsWith("data.authorization", StringComparison.Ordinal),
        'U' => answer.Status is 401 && answer.Error is "unauthenticated" && answer.Header("WWW-Authenticate") is not null,
        'F' => answer.Status is 403 && answer.Error is "forbidden",
        'Q' => answer.Status is 400 && answer.Error is "invalid_query",
        _ => answer.Status is 404 && answer.Error is "not_found",
    };

    private static bool IsForThisCallerAlone(Answer answer, string[] by) => answer.Header("Cache-Control") is "no-store" or "no-cache, private" or "private, no-cache"
        && answer.Header("Vary") is { } vary && by.All(header => vary.Split(", ").Contains(header));

    // Everything of an answer but when it was given, and the name that was asked for.
    private static string Shown(Answer answer, AccessCell cell) => string.Join('\n', answer.Raw.Headers.Concat(answer.Raw.Content.Headers).Where(h => h.Key is not "Date")
        .Select(h => $"{h.Key}: {string.Join(", ", h.Value)}").Order(StringComparer.Ordinal).Where(h => !cell.IsLegacy || !h.StartsWith("Content-Length", StringComparison.Ordinal)).Prepend($"{answer.Status}").Append(answer.Body.Replace(cell.Name, "NAME")));

    /// <param name="isFresh">What it changes is its own, so that no cell comes upon another's traces.</param>
    private async Task<AccessCell> Cell(AccessRow row, Principal caller, bool isFresh)
    {
        var operation = AccessOperation.All.GetValueOrDefault(row.Operation) ?? new AccessOperation();
        var (tier, owner) = (AccessCell.TierOf(row.Target), AccessCell.OwnerOf(row, caller));
        var app = row.Target is "noapp" ? "none" : AccessWorld.App;
        var it = operation.Prepare is { } prepare ? await prepare(world) : null;
        if (row.Target is "fresh-app" && isFresh) await AccessWorld.Expect(201, world.ServiceAdmin, "POST", "/api/v1/_apps", $$"""{"id":"{{app = world.New("app")}}"}""");
        var isNew = row.Target is "new" or "new-own" or "new-board" or "nowhere" or "noapp";
        var name = isNew || isFresh ? world.New("d") : row.Target is "gone" ? "gone" : "common";
        if (!isNew && isFresh && AccessCell.IsOnDocument(row)) await world.Document(app, tier, owner, name);
        if (row.Target is "gone" && isFresh) await AccessWorld.Expect(204, world.Admin, "DELETE", $"/api/v1/{app}/notes/{name}?owner={owner}&version=3");
        if (row.Pattern.StartsWith("/api/v1/{app}/_conflicts", StringComparison.Ordinal))
            it = isFresh || !_conflicts.TryGetValue((tier, owner), out var known) ? _conflicts[(tier, owner)] = await world.Conflict(app, tier, owner, name) : known;
        return new AccessCell(row, operation, caller, name, it, app);
    }

    // The same asked of what is not there; or of what is there, where it was asked of what is not.
    private AccessCell Absent(AccessCell cell) => cell with
    {
        Name = cell.Row.Target is "new" or "new-own" or "new-board" ? "common" : world.New("absent"),
        It = cell.It is null ? null : Guid.NewGuid().ToString(),
    };
}
