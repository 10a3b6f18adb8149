using System.Collections.Immutable;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Events.Patching;

/// <summary>JSON patch, RFC 6902, but that an operation with unknown members is refused instead of read past.</summary>
public sealed record JsonPatch(ImmutableArray<JsonPatch.Step> Steps)
{
    /// <param name="Op"><c>add</c>, <c>remove</c>, <c>replace</c>, <c>move</c>, <c>copy</c> or <c>test</c>.</param>
    public sealed record Step(string Op, JsonPointer Path, JsonPointer From, JsonValue? Value);

    public static Rejection? TryParse(JsonValue json, Limits limits, out JsonPatch patch)
    {
        patch = new JsonPatch([]);
        if (json.Kind != JsonKind.Array) return Rejection.InvalidValue("A JSON patch is an array of operations.", "");
        if (json.Items.Count > limits.MaxOperations) return Rejection.TooLarge($"A patch has more than {limits.MaxOperations} operations.");
        var steps = ImmutableArray.CreateBuilder<Step>(json.Items.Count);
        for (var i = 0; i < json.Items.Count; i++)
        {
            if (ParseStep(json.Items[i], $"/{i}", out var step) is { } rejection) return rejection;
            steps.Add(step!);
        }
        patch = new JsonPatch(steps.ToImmutable());
        return null;
    }

    private static Rejection? ParseStep(JsonValue json, string at, out Step? step)
    {
        step = null;
        if (json.Kind != JsonKind.Object) return Rejection.InvalidValue("An operation of a patch is an object.", at);
        foreach (var (name, _) in json.Members)
            if (name is not ("op" or "path" or "from" or "value")) return Rejection.InvalidValue("An operation of a patch has an unknown member.", $"{at}/{JsonPointer.Escape(name)}");
        if (json.Member("op") is not { Kind: JsonKind.String } op || op.AsText() is not ("add" or "remove" or "replace" or "move" or "copy" or "test"))
            return Rejection.InvalidValue("op is one of add, remove, replace, move, copy, test.", $"{at}/op");
        if (Pointer(json, "path") is not { } path) return Rejection.InvalidValue("path is a JSON pointer.", $"{at}/path");
        var from = JsonPointer.Root;
        if (op.AsText() is "move" or "copy")
        {
            if (Pointer(json, "from") is not { } named) return Rejection.InvalidValue("from is a JSON pointer.", $"{at}/from");
            from = named;
        }
        var value = json.Member("value");
        if (value is null && op.AsText() is "add" or "replace" or "test")
            return Rejection.InvalidValue("value is missing.", $"{at}/value");
        step = new Step(op.AsText(), path, from, value);
        return null;
    }

    private static JsonPointer? Pointer(JsonValue step, string member) =>
        step.Member(member) is { Kind: JsonKind.String } text && JsonPointer.TryParse(text.AsText(), out var pointer) ? pointer : null;

    public Rejection? Apply(ref JsonValue root, Limits limits)
    {
        for (var i = 0; i < Steps.Length; i++)
        {
            if (Apply(ref root, Steps[i], i) is { } rejection) return rejection;
            // Copying doubles: what a short patch can make of a document is bounded while it is made, not only at the end.
            if (root.Length > (long)limits.MaxDocumentBytes + limits.MaxRequestBytes)
                return Rejection.TooLarge($"Operation {i} of the patch makes the document too large.");
            if (root.Depth > limits.MaxValueDepth + 2)
                return Rejection.InvalidValue($"Operation {i} of the patch nests deeper than {limits.MaxValueDepth} levels.", $"/{i}");
        }
        return null;
    }

    private static Rejection? Apply(ref JsonValue root, Step step, int index)
    {
        var result = step.Op switch
        {
            "add" => JsonEdit.Add(root, step.Path, step.Value!),
            "remove" => JsonEdit.Remove(root, step.Path),
            "replace" => JsonEdit.At(root, step.Path) is null ? null : JsonEdit.Set(root, step.Path, step.Value!),
            "copy" => JsonEdit.At(root, step.From) is { } copied ? JsonEdit.Add(root, step.Path, copied) : null,
            "move" => Move(root, step),
            _ => JsonEdit.At(root, step.Path) is null ? null : root,
        };
        if (string.Equals(step.Op, "test", StringComparison.Ordinal) && (result is null || !step.Value!.Equals(JsonEdit.At(root, step.Path))))
            return Failed("test_failed", $"Operation {index}: the value at {JsonPointer.Shown(step.Path.ToString())} is another.", index);
        if (result is null) return Failed("patch_failed", $"Operation {index}: {step.Op} finds nothing to work on at {JsonPointer.Shown((step.Op is "move" or "copy" ? step.From : step.Path).ToString())}.", index);
        root = result;
        return null;
    }

    private static Rejection Failed(string code, string detail, int index) => new(code, detail, [new BodyFault($"/{index}", detail)]);

    private static JsonValue? Move(JsonValue root, Step step)
    {
        if (JsonEdit.At(root, step.From) is not { } moved) return null;
        if (step.From.Equals(step.Path)) return root;
        if (step.Path.StartsWith(step.From)) return null;
        return JsonEdit.Remove(root, step.From) is { } without ? JsonEdit.Add(without, step.Path, moved) : null;
    }
}
