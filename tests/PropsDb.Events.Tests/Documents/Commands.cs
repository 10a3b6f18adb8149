namespace PropsDb.Events.Tests;

using Bag = OrderedDictionary<string, string>;
using Whole = OrderedDictionary<string, OrderedDictionary<string, string>>;

/// <summary>An operation and what it means to the model; false: it is refused.</summary>
internal sealed record Command(string Text, Operation Operation, Func<Model, bool> OnModel)
{
    public override string ToString() => Text;
}

internal static class Commands
{
    private static Command Editing(string text, Operation operation, Func<Model, Whole, bool> edit) => new(text, operation, model =>
    {
        var content = model.Copy();
        if (!edit(model, content)) return false;
        model.Become(content);
        return true;
    });

    private static string Text(IReadOnlyList<NamedValue> properties) => JsonValue.Object(properties.Select(p => new JsonMember(p.Name, p.Value))).ToString();

    private static string Text(IReadOnlyList<NamedCollection> all) =>
        JsonValue.Object(all.Select(c => new JsonMember(c.Name, JsonValue.Object(c.Properties.Select(p => new JsonMember(p.Name, p.Value)))))).ToString();

    private static readonly Gen<Command> s_create = Gens.Collections.Select(all => new Command($"create {Text(all)}", new CreateDocument(all), model =>
    {
        if (model.Exists) return false;
        model.Become(Model.WholeOf(all));
        return true;
    }));

    private static readonly Gen<Command> s_replace = Gens.Collections.Select(all => new Command($"replace {Text(all)}", new ReplaceDocument(all), model =>
    {
        model.Become(Model.WholeOf(all));
        return true;
    }));

    private static readonly Gen<Command> s_delete = Gen.Const(new Command("delete", Delete(), model =>
    {
        if (model.Exists) model.Delete();
        else return false;
        return true;
    }));

    private static readonly Gen<Command> s_restore = Gen.Const(new Command("restore", Restore(), model =>
    {
        if (model.WasDeleted) model.Restore();
        else return false;
        return true;
    }));

    private static readonly Gen<Command> s_set = Gen.Select(Gens.Path, Gens.Value, (path, value) => Editing($"set {path} {value}", new SetProperty(path, value), (_, content) =>
    {
        if (!content.TryGetValue(path.Collection!, out var bag)) content.Add(path.Collection!, bag = []);
        bag[path.Property!] = value.ToString();
        return true;
    }));

    private static readonly Gen<Command> s_deleteProperty = Gens.Path.Select(path => Editing($"delete {path}", new DeleteProperty(path), (_, content) =>
        content.TryGetValue(path.Collection!, out var bag) && bag.Remove(path.Property!)));

    private static readonly Gen<Command> s_createCollection = Gen.Select(Gens.Name, Gens.Properties, (name, properties) =>
        Editing($"create {name} {Text(properties)}", new CreateCollection(name, properties), (model, content) => model.Exists && content.TryAdd(name, Model.BagOf(properties))));

    private static readonly Gen<Command> s_replaceCollection = Gen.Select(Gens.Name, Gens.Properties, (name, properties) =>
        Editing($"replace {name} {Text(properties)}", new ReplaceCollection(name, properties), (_, content) =>
        {
            content[name] = Model.BagOf(properties);
            return true;
        }));

    private static readonly Gen<Command> s_deleteCollection = Gens.Name.Select(name =>
        Editing($"delete {name}", new DeleteCollection(name), (_, content) => content.Remove(name)));

    private static readonly Gen<Command> s_bring = Gens.Collections.Select(all => Editing($"bring {Text(all)}", new MergeCollections(all), (_, content) =>
    {
        foreach (var (name, properties) in all)
        {
            if (!content.TryGetValue(name, out var bag)) content.Add(name, bag = []);
            foreach (var (property, value) in properties) bag[property] = value.ToString();
        }
        return true;
    }));

    private static readonly Gen<Command> s_take = Gens.Path.Array[1, 4].Select(paths => Editing(
        $"take {string.Join(' ', paths)}", new DeleteParts([.. paths.Select(p => new NamedParts(p.Collection!, p.Property == "a" ? [] : [p.Property!]))]), (model, content) =>
    {
        foreach (var path in paths)
        {
            if (path.Property == "a") content.Remove(path.Collection!);
            else if (content.TryGetValue(path.Collection!, out var bag)) bag.Remove(path.Property!);
        }
        return model.Exists;
    }));

    private static readonly Gen<JsonValue> s_patchedBag = Gens.Properties.Select(properties => JsonValue.Object(properties.Select(p => new JsonMember(p.Name, p.Value))));

    private static readonly Gen<Command> s_patchCollection = Gen.Select(Gens.Name, s_patchedBag, (name, patch) =>
        Editing($"patch {name} {patch}", new PatchCollection(name, patch), (_, content) => content.TryGetValue(name, out var bag) && MergeBag(bag, patch)));

    private static readonly Gen<Command> s_mergePatch = Gen.Select(Gens.Name, Gen.Frequency((1, Gen.Const(JsonValue.Null)), (3, s_patchedBag))).Array[0, 3].Select(members =>
    {
        var patch = members.DistinctBy(m => m.Item1, StringComparer.Ordinal).Select(m => new JsonMember(m.Item1, m.Item2)).ToList();
        return Editing($"merge {JsonValue.Object(patch)}", new MergePatchDocument(JsonValue.Object(patch)), (model, content) =>
        {
            foreach (var (name, changes) in patch)
            {
                if (changes.Kind == JsonKind.Null) content.Remove(name);
                else MergeBag(content.TryGetValue(name, out var bag) ? bag : content[name] = [], changes);
            }
            return model.Exists;
        });
    });

    private static bool MergeBag(Bag bag, JsonValue patch)
    {
        foreach (var (name, value) in patch.Members)
        {
            if (value.Kind == JsonKind.Null) bag.Remove(name);
            else bag[name] = Model.MergePatch(bag.GetValueOrDefault(name), value.ToString());
        }
        return true;
    }

    private sealed record Step(JsonPatch.Step Patch, Func<Whole, bool> OnModel);

    private static JsonPatch.Step Made(string op, JsonPointer path, JsonPointer from = default, JsonValue? value = null) => new(op, path, from.Tokens.IsDefault ? JsonPointer.Root : from, value);

    private static readonly Gen<Step> s_step = Gen.OneOf<Step>(
        Gen.Select(Gens.Path, Gens.Value, (path, value) => new Step(Made("add", path.ToPointer(), value: value), content =>
        {
            if (!content.TryGetValue(path.Collection!, out var bag)) return false;
            bag[path.Property!] = value.ToString();
            return true;
        })),
        Gens.Path.Select(path => new Step(Made("remove", path.ToPointer()), content => content.TryGetValue(path.Collection!, out var bag) && bag.Remove(path.Property!))),
        Gen.Select(Gens.Name, Gens.Properties, (name, properties) => new Step(Made("add", JsonPointer.Root.Then(name), value: Json(Text(properties))), content =>
        {
            content[name] = Model.BagOf(properties);
            return true;
        })),
        Gens.Name.Select(name => new Step(Made("remove", JsonPointer.Root.Then(name)), content => content.Remove(name))),
        Gen.Select(Gens.Path, Gens.Path, (from, to) => new Step(Made("move", to.ToPointer(), from.ToPointer()), content =>
        {
            if (!content.TryGetValue(from.Collection!, out var source) || !source.TryGetValue(from.Property!, out var moved)) return false;
            if (from == to) return true;
            source.Remove(from.Property!);
            if (!content.TryGetValue(to.Collection!, out var target)) return false;
            target[to.Property!] = moved;
            return true;
        })),
        Gen.Select(Gens.Name, Gens.Name, (from, to) => new Step(Made("move", JsonPointer.Root.Then(to), JsonPointer.Root.Then(from)), content =>
        {
            if (!content.TryGetValue(from, out var moved)) return false;
            if (string.Equals(from, to, StringComparison.Ordinal)) return true;
            content.Remove(from);
            content[to] = moved;
            return true;
        })),
        Gen.Select(Gens.Path, Gens.Path, (from, to) => new Step(Made("copy", to.ToPointer(), from.ToPointer()), content =>
        {
            if (!content.TryGetValue(from.Collection!, out var source) || !source.TryGetValue(from.Property!, out var copied)) return false;
            if (!content.TryGetValue(to.Collection!, out var target)) return false;
            target[to.Property!] = copied;
            return true;
        })),
        Gen.Select(Gens.Path, Gens.Value, (path, value) => new Step(Made("replace", path.ToPointer(), value: value), content =>
        {
            if (!content.TryGetValue(path.Collection!, out var bag) || !bag.ContainsKey(path.Property!)) return false;
            bag[path.Property!] = value.ToString();
            return true;
        })));

    private static readonly Gen<Command> s_jsonPatch = s_step.Array[1, 5].Select(steps => Editing(
        "patch " + string.Join(' ', steps.Select(s => $"{s.Patch.Op} {s.Patch.From}→{s.Patch.Path} {s.Patch.Value}")),
        new JsonPatchDocument(new JsonPatch([.. steps.Select(s => s.Patch)])),
        (model, content) => model.Exists && steps.All(s => s.OnModel(content))));

    public static Gen<Command> Any { get; } = Gen.Frequency(
        (2, s_create), (2, s_replace), (1, s_delete), (1, s_restore), (4, s_set), (3, s_deleteProperty), (2, s_createCollection), (2, s_replaceCollection),
        (2, s_deleteCollection), (3, s_patchCollection), (3, s_mergePatch), (4, s_jsonPatch),
        (3, s_bring), (2, s_take));
}
