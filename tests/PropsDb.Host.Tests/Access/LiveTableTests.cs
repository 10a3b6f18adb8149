using System.Reflection;
using System.Text.Json;
using PropsDb.Host.Changes;
using PropsDb.Host.Tests.Changes;

namespace PropsDb.Host.Tests;

/// <summary>Every cell of <c>live.csv</c> against the running service: each method of the hub, for each caller.</summary>
public sealed class LiveTableTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private static readonly IReadOnlyList<string> s_methods = [.. typeof(LiveHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => m.GetBaseDefinition() == m && !m.IsSpecialName).Select(m => m.Name)];

    public static TheoryData<string, string> Cells { get; } = new(AccessTable.LiveRows.Select(r => (r.Operation, r.Target)));

    [Fact]
    public void Every_method_of_the_hub_has_a_row()
    {
        s_methods.ShouldNotBeEmpty();
        AccessTable.LiveRows.Select(r => r.Operation.Split(' ')[0]).Distinct().ShouldBe(s_methods, ignoreOrder: true);
        AccessTable.LiveRows.ShouldAllBe(r => r.Verdicts.Select(v => v.Caller).SequenceEqual(world.Callers.Keys));
        AccessTable.LiveRows.Select(r => (r.Operation, r.Target)).ShouldBeUnique();
    }

    [Fact]
    public void Following_a_document_is_allowed_exactly_where_reading_it_is()
    {
        foreach (var row in AccessTable.LiveRows.Where(r => r.Operation is "Changes document" or "Changes collection" or "Changes property" && r.Target is "notes" or "board" or "open"))
        {
            var read = AccessTable.Rows.Single(r => r.Operation == "GET /api/v1/{app}/{tier}/{document}" && r.Target == row.Target);
            row.Verdicts.ShouldBe(read.Verdicts, $"{row.Operation} {row.Target}");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Each_caller_may_do_what_the_table_says(string operation, string target)
    {
        var row = AccessTable.LiveRows.Single(r => r.Operation == operation && r.Target == target);
        var faults = new List<string>();
        foreach (var (caller, expected) in row.Verdicts)
            if (await Fault(row, world.Callers[caller], expected) is { } fault) faults.Add($"{caller}: expected {expected}, but {fault}");
        faults.ShouldBeEmpty();
    }

    private async Task<string?> Fault(AccessRow row, Principal caller, char expected)
    {
        RawHub hub;
        try
        {
            hub = await RawHub.Open(world.Server.Address, caller.Client.Token, false, caller.Key is { } key ? [("X-App-Key", key)] : []);
        }
        catch (RefusedException e)
        {
            return e.Status == 401 && expected is 'U' ? null : $"the connection was refused with {e.Status}";
        }
        await using (hub)
        {
            var (verdict, said) = row.Operation is "Authenticate" ? await Authenticate(hub, row, caller) : await Follow(hub, row, caller, "common");
            if (hub.Said.ToString().Contains(AccessWorld.Secret(AccessWorld.Other))) return $"another app's content: {hub.Said}";
            if (verdict != expected) return $"{verdict}: {said}";
            if (verdict is 'A' or '0') return null;
            if (hub.Said.ToString().Contains(AccessWorld.Secret(AccessWorld.App))) return $"content in a refusal: {hub.Said}";
            if (verdict is not '-') return null;
            var (_, absent) = await Follow(hub, row, caller, world.New("absent"));
            return absent == said ? null : $"{said} is not what there is to say of something else: {absent}";
        }
    }

    private async Task<(char, string)> Authenticate(RawHub hub, AccessRow row, Principal caller)
    {
        var token = row.Target switch
        {
            "same" => caller.Client.Token ?? world.Callers["ow"].Client.Token!,
            "another" => world.User("somebody-else", AccessWorld.App, "admin").Client.Token!,
            _ => "nonsense",
        };
        return Of(await hub.Error(await hub.Invoke("Authenticate", $"\"{token}\"")));
    }

    private static (char, string) Of(string? error) => (error?.Split(':')[0] switch
    {
        null => 'A',
        "forbidden" => 'F',
        "not_found" => '-',
        "unauthenticated" => 'U',
        "invalid_value" => 'Q',
        _ => '?',
    }, error ?? "allowed");

    private async Task<(char, string)> Follow(RawHub hub, AccessRow row, Principal caller, string document)
    {
        var how = row.Operation.Split(' ')[1];
        var tier = row.Target is "unnamed" ? "notes" : row.Target;
        var owner = row.Target is "notes" ? AccessWorld.Owner : null;
        var isWide = how is "tier" or "app";
        var request = new Dictionary<string, object?>
        {
            ["app"] = AccessWorld.App, ["tier"] = how is "app" ? null : tier, ["document"] = isWide ? null : document, ["owner"] = isWide ? null : owner,
            ["collection"] = how is "collection" or "property" ? "ui" : null, ["property"] = how is "property" ? "kept" : null,
            ["snapshot"] = how is "snapshot", ["from"] = isWide || how is "replay" or "collection" or "property" ? await Beginning() : null,
        };
        var call = await hub.Changes(JsonSerializer.Serialize(request));
        var told = new List<JsonElement>();
        while (await hub.Next(call) is { } heard)
        {
            if (heard.IsEnd) return Of(heard.Error);
            told.Add(heard.Item!.Value);
            if (heard.Type is "ready") break;
        }
        await hub.Cancel(call);
        // Whatever is told is told of the document that is meant, and of no version that a grantee may not know.
        bool IsMeant(JsonElement m) => m.TryGetProperty("document", out var d) && d.ValueKind == JsonValueKind.String && d.GetString() == document && m.GetProperty("tier").GetString() == tier
            && (owner is null || m.GetProperty("owner").GetString() == owner);
        var meant = told.Where(IsMeant).ToList();
        var isByShare = AccessWorld.Grantees.Contains(caller.User);
        if (isByShare && meant.Exists(m => m.GetProperty("version").GetInt64() <= 2)) return ('?', $"told of what was before the share: {string.Join(' ', meant)}");
        return how switch
        {
            "snapshot" => told.Exists(m => m.GetProperty("type").GetString() is "snapshot" && m.GetRawText().Contains(AccessWorld.Secret(AccessWorld.App))) ? ('A', "") : ('0', string.Join(' ', told)),
            "document" => ('A', ""),
            _ => meant.Count > 0 ? ('A', "") : ('0', string.Join(' ', told)),
        };
    }

    private string? _beginning;

    // The place of the first commit of the first document that is asked for: what comes behind it is told of all of them.
    private async Task<string> Beginning() => _beginning ??= (await world.Admin.Send("GET", $"/api/v1/{AccessWorld.App}/notes/_changes?limit=1")).Json.GetProperty("changes")[0].GetProperty("position").GetString()!;
}
