using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PropsDb.Host.Tests.Audit;

/// <summary>A third party verifies an export by what docs/audit.md says, with nothing of the product's.</summary>
public sealed class ExportTests(ExportTests.Own own) : IClassFixture<ExportTests.Own>
{
    public sealed class Own : IAsyncLifetime
    {
        public PropsDbServer Server { get; } = new();
        public ValueTask InitializeAsync() => Server.InitializeAsync();
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task An_export_proves_itself()
    {
        var alice = own.Server.NewUser();
        await alice.Holding("user/settings", """{"ui":{"\u20ac\"\\":1.10,"theme":"a\u0000b\u00e9\ud83d\ude00","deep":{"b":[1e2,{"z":-0}],"a":null}},"other":{}}""");
        (await alice.Put("user/settings/ui/theme", """{"version":1,"value":"\/light"}""", ("X-Change-Message", "why%20%22"))).Status.ShouldBe(200);
        (await alice.Put("user/settings/_settings", """{"conflict_resolution_strategy":"merge"}""")).Status.ShouldBe(200);
        (await alice.Delete("user/settings/other?document_version=2")).Status.ShouldBe(200);
        (await alice.Delete("user/settings?version=3")).Status.ShouldBe(204);
        var admin = own.Server.As("root", "admin");
        (await admin.Put("_tiers/extra", """{"type":"shared","description":"\"\\\b\f\n\r\t\u0001\u007f\u2028","permissions":[{"role":"user","can_read":true}]}""")).Status.ShouldBe(201);
        var lines = (await admin.Get("_audit")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBeGreaterThan(7);
        lines.ShouldContain(l => l.Contains("document_settings_changed"));
        var previous = new byte[32];
        foreach (var line in lines)
        {
            var entry = JsonDocument.Parse(line).RootElement;
            previous = SHA256.HashData([.. previous, .. Encoding.UTF8.GetBytes(Canonical(entry))]);
            Convert.ToHexStringLower(previous).ShouldBe(entry.GetProperty("hash").GetString(), line);
        }
        (await admin.Get("_audit/_head")).Json.GetProperty("hash").GetString().ShouldBe(Convert.ToHexStringLower(previous));
    }

    private static string Canonical(JsonElement entry)
    {
        var salt = entry.TryGetProperty("salt", out var text) ? Convert.FromHexString(text.GetString()!) : null;
        var place = 0;
        string[] covered = ["action", "app", "at", "by", "commit", "data", "headers", "id", "number", "request", "seq", "stream"];
        return "{" + string.Join(',', covered.Select(name => $"\"{name}\":{Write(entry.GetProperty(name))}")) + "}";

        string Write(JsonElement json) => json.ValueKind switch
        {
            JsonValueKind.Object => "{" + string.Join(',', json.EnumerateObject().Where(m => !(json.TryGetProperty("value", out _) && m.Name is "salt" or "digest" or "erased"))
                .OrderBy(m => m.Name, StringComparer.Ordinal)
                .Select(m => Quote(m.Name) + ":" + (IsValue(m) ? Quote(Digest(json, m.Value)) : Write(m.Value)))) + "}",
            JsonValueKind.Array => "[" + string.Join(',', json.EnumerateArray().Select(Write)) + "]",
            JsonValueKind.String => Quote(json.GetString()!),
            _ => json.GetRawText(),
        };

        bool IsValue(JsonProperty m) => m.Name == "value" && entry.GetProperty("action").GetString() is "property_set" or "collection_set" && m.Name == "value";

        string Digest(JsonElement holder, JsonElement value)
        {
            if (holder.TryGetProperty("digest", out var kept)) return kept.GetString()!;
            var number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, place++);
            var own = holder.TryGetProperty("salt", out var one) ? Convert.FromHexString(one.GetString()!) : SHA256.HashData([.. salt!, .. number]);
            return Convert.ToHexStringLower(SHA256.HashData([.. own, .. Encoding.UTF8.GetBytes(value.GetRawText())]));
        }
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"", '\\' => "\\\\", '\b' => "\\b", '\t' => "\\t", '\n' => "\\n", '\f' => "\\f", '\r' => "\\r",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }
}
