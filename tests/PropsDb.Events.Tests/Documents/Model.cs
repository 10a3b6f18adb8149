using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PropsDb.Events.Tests;

using Bag = OrderedDictionary<string, string>;
using Whole = OrderedDictionary<string, OrderedDictionary<string, string>>;

/// <summary>A document as one would write it naively: ordered dictionaries of JSON texts, and a version each.</summary>
internal sealed class Model
{
    private readonly Dictionary<(string, string?), long> _versions = [];

    public Whole Content { get; private set; } = [];
    public bool Exists { get; private set; }
    public bool WasDeleted { get; private set; }
    public long Version { get; private set; }

    public long VersionOf(string collection, string? property = null) => _versions.GetValueOrDefault((collection, property));

    public void Delete() => (Exists, WasDeleted, Version) = (false, true, Version + 1);

    public void Restore() => (Exists, WasDeleted, Version) = (true, false, Version + 1);

    /// <summary>Takes over a new content if it differs from what is there; a document that begins takes nothing over.</summary>
    public void Become(Whole next)
    {
        var before = Exists ? Content : [];
        if (Exists && SameNames(before, next) && next.All(c => SameNames(before[c.Key], c.Value) && c.Value.All(p => Equal(before[c.Key][p.Key], p.Value)))) return;
        Version++;
        var kept = new Dictionary<(string, string?), long>(_versions);
        _versions.Clear();
        foreach (var (name, bag) in next)
        {
            var old = before.GetValueOrDefault(name);
            foreach (var property in bag.Keys.ToList())
            {
                var stays = old is not null && old.TryGetValue(property, out var was) && Equal(was, bag[property]);
                if (stays) bag[property] = old![property];
                _versions[(name, property)] = stays ? kept[(name, property)] : Version;
            }
            var untouched = old is not null && SameNames(old, bag) && bag.All(p => _versions[(name, p.Key)] < Version);
            _versions[(name, null)] = untouched ? kept[(name, null)] : Version;
        }
        (Content, Exists, WasDeleted) = (next, true, false);
    }

    public Whole Copy()
    {
        var copy = new Whole();
        if (!Exists) return copy;
        foreach (var (name, bag) in Content) copy.Add(name, new Bag(bag));
        return copy;
    }

    public override string ToString() => Exists
        ? "{" + string.Join(',', Content.Select(c => $"{Quote(c.Key)}:{{{string.Join(',', c.Value.Select(p => $"{Quote(p.Key)}:{p.Value}"))}}}")) + "}"
        : "absent";

    public static Bag BagOf(IReadOnlyList<NamedValue> properties)
    {
        var bag = new Bag();
        foreach (var (name, value) in properties) bag.Add(name, value.ToString());
        return bag;
    }

    public static Whole WholeOf(IReadOnlyList<NamedCollection> collections)
    {
        var whole = new Whole();
        foreach (var (name, properties) in collections) whole.Add(name, BagOf(properties));
        return whole;
    }

    /// <summary>RFC 7396's own pseudo-code on JSON texts.</summary>
    public static string MergePatch(string? target, string patch) => Text(Merged(target is null ? null : JsonNode.Parse(target), JsonNode.Parse(patch)));

    private static JsonNode? Merged(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target is JsonObject ? target.DeepClone().AsObject() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null) result.Remove(name);
            else result[name] = Merged(result[name], value);
        }
        return result;
    }

    public static bool Equal(string left, string right) => JsonElement.DeepEquals(JsonElement.Parse(left), JsonElement.Parse(right));

    private static string Text(JsonNode? node) => node is null ? "null" : node.ToJsonString(s_plain);

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Quote(string name) => JsonSerializer.Serialize(name, s_plain);

    private static bool SameNames<T>(OrderedDictionary<string, T> left, OrderedDictionary<string, T> right) => left.Keys.SequenceEqual(right.Keys, StringComparer.Ordinal);
}
