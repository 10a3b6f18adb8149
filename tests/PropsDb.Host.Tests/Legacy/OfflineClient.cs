using System.Net;
using System.Text.Json.Nodes;

namespace PropsDb.Host.Tests.Legacy;

using Content = Dictionary<string, Dictionary<string, JsonNode?>>;

/// <summary>
/// A client as Jam Build's applications have it: works on a copy, gathers changes for a while, sends whole collections and, apart from
/// them, deletions; when it was overtaken it reads all, merges by property against the base it kept, its own side winning, and tries
/// again; after seven losses it gives its own changes up.
/// </summary>
internal sealed class OfflineClient(TimeProvider time, string document, Func<HttpMethod, string, string?, Task<Answer>> send)
{
    public const int MaxLosses = 7;
    public static readonly TimeSpan GatheredFor = TimeSpan.FromSeconds(12);

    private readonly string _path = "/api/data/user/" + document;
    private readonly HashSet<string> _changed = [];
    private readonly HashSet<(string Collection, string Property)> _deleted = [];
    private Content _base = [];
    private DateTimeOffset? _due;

    public Content Local { get; private set; } = [];
    public string Version { get; private set; } = "0";
    public int Conflicts { get; private set; }
    public int GivenUp { get; private set; }

    /// <summary>Called before each request, for what may happen meanwhile.</summary>
    public Func<Task> Meanwhile { get; set; } = () => Task.CompletedTask;

    public string Text => AsJson(Local).ToJsonString();

    public void Set(string collection, string property, string json)
    {
        if (!Local.TryGetValue(collection, out var properties)) Local[collection] = properties = [];
        properties[property] = JsonNode.Parse(json);
        _deleted.Remove((collection, property));
        _changed.Add(collection);
        _due ??= time.GetUtcNow() + GatheredFor;
    }

    public void Delete(string collection, string property)
    {
        if (!Local[collection].Remove(property)) return;
        _deleted.Add((collection, property));
        _due ??= time.GetUtcNow() + GatheredFor;
    }

    /// <summary>Sends what was gathered, once it has been gathered for long enough.</summary>
    public async Task Tick()
    {
        if (_due is not { } due || time.GetUtcNow() < due) return;
        _due = null;
        await Retrying(async () =>
        {
            if (_changed.Count > 0 && !await Post()) return false;
            _changed.Clear();
            if (_deleted.Count > 0 && !await DeleteProperties()) return false;
            _deleted.Clear();
            return true;
        });
        _base = Copy(Local);
    }

    public async Task DeleteDocument()
    {
        await Retrying(() => Written(HttpMethod.Delete, new JsonObject { ["version"] = Version, ["deleteDocument"] = true }));
        (Local, _base) = ([], []);
        _changed.Clear();
        _deleted.Clear();
        _due = null;
    }

    /// <summary>Takes over what is there.</summary>
    public async Task Pull()
    {
        var remote = await Read();
        (Local, _base) = (remote, Copy(remote));
    }

    private async Task Retrying(Func<Task<bool>> write)
    {
        for (var losses = 0; !await write(); losses++)
        {
            Conflicts++;
            if (losses == MaxLosses - 1)
            {
                GivenUp++;
                _changed.Clear();
                _deleted.Clear();
                await Pull();
                return;
            }
            await Task.Delay(losses);
            Merge(await Read());
        }
    }

    // Sent whole, and without the deleted ones, which are a request of their own.
    private Task<bool> Post() => Written(HttpMethod.Post, new JsonObject
    {
        ["version"] = Version,
        ["collections"] = new JsonArray([.. _changed.Select(c => new JsonObject { ["collection"] = c, ["properties"] = AsJson(Local[c]) })]),
    });

    private Task<bool> DeleteProperties() => Written(HttpMethod.Delete, new JsonObject
    {
        ["version"] = Version,
        ["collections"] = new JsonArray([.. _deleted.GroupBy(d => d.Collection).Select(g => new JsonObject
        {
            ["collection"] = g.Key,
            ["properties"] = new JsonArray([.. g.Select(d => JsonValue.Create(d.Property))]),
        })]),
    });

    // False: overtaken. An answer that is lost looks like that too, the next time.
    private async Task<bool> Written(HttpMethod method, JsonObject body)
    {
        await Meanwhile();
        try
        {
            var answer = await send(method, _path, body.ToJsonString());
            if (answer.Status == 200)
            {
                Version = answer.Json.GetProperty("newVersion").GetString()!;
                return true;
            }
            // What is to be deleted is gone.
            if (method == HttpMethod.Delete && answer.Status == 404) return true;
            answer.Status.ShouldBe(409, answer.ToString());
            answer.Json.GetProperty("versionError").GetBoolean().ShouldBeTrue();
            return false;
        }
        catch (HttpRequestException)
        {
            return await Written(method, body);
        }
    }

    private async Task<Content> Read()
    {
        var answer = await send(HttpMethod.Get, _path, null);
        Version = answer.Header("X-Document-Version") ?? "0";
        if (answer.Code is HttpStatusCode.NotFound or HttpStatusCode.NoContent) return [];
        answer.Status.ShouldBe(200, answer.ToString());
        var content = JsonNode.Parse(answer.Body)![document]!.AsObject();
        content["__version"]!.GetValue<string>().ShouldBe(Version);
        return content.Where(c => c.Key != "__version").ToDictionary(c => c.Key, c => c.Value!.AsObject().ToDictionary(p => p.Key, p => p.Value?.DeepClone()));
    }

    private void Merge(Content remote)
    {
        var merged = Copy(remote);
        foreach (var collection in Local.Keys.Union(_base.Keys).ToList())
        {
            var (mine, old) = (Local.GetValueOrDefault(collection) ?? [], _base.GetValueOrDefault(collection) ?? []);
            foreach (var property in mine.Keys.Union(old.Keys))
            {
                var (isMine, wasThere) = (mine.TryGetValue(property, out var value), old.TryGetValue(property, out var before));
                if (isMine == wasThere && JsonNode.DeepEquals(value, before)) continue;
                if (!merged.TryGetValue(collection, out var properties)) merged[collection] = properties = [];
                if (isMine) properties[property] = value?.DeepClone();
                else properties.Remove(property);
            }
        }
        (Local, _base) = (merged, Copy(remote));
    }

    private static Content Copy(Content content) => content.ToDictionary(c => c.Key, c => c.Value.ToDictionary(p => p.Key, p => p.Value?.DeepClone()));

    private static JsonObject AsJson(Dictionary<string, JsonNode?> properties) => new(properties.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private static JsonObject AsJson(Content content) => new(content.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)AsJson(c.Value))));
}
