using PropsDb.Events.Documents;
using PropsDb.Events.Patching;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <param name="Op"><c>set</c>, <c>delete</c> or <c>test</c>.</param>
/// <param name="Path">A collection, a property, or a place inside a property's value.</param>
public sealed record BatchStep(string Op, JsonPointer Path, JsonValue? Value);

/// <summary>One operation of a batch does not work, so none of them is done.</summary>
public sealed record BatchRejection(Rejection Cause, int Failed, IReadOnlyList<BatchStep> Steps) : Rejection(Cause.Code, Cause.Detail, Cause.Faults);

/// <summary>Sets, deletes and tests in order, all or nothing, in one commit.</summary>
public sealed record ApplyBatch(IReadOnlyList<BatchStep> Steps) : Operation
{
    public override bool CreatesDocument => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Exists) draft.Create();
        for (var i = 0; i < Steps.Count; i++)
            if (Apply(draft, Steps[i], $"/operations/{i}", limits) is { } cause) return new BatchRejection(cause, i, Steps);
        return null;
    }

    private static Rejection? Apply(Draft draft, BatchStep step, string at, Limits limits)
    {
        var path = PropertyPath.OfCollection(step.Path.Tokens[0]);
        if (step.Path.Tokens.Length > 1) path = PropertyPath.Of(step.Path.Tokens[0], step.Path.Tokens[1]);
        return step.Op switch
        {
            "test" => Test(draft, path, step, at),
            "delete" => Delete(draft, path, step),
            _ => Set(draft, path, step, at, limits),
        };
    }

    private static JsonPointer Inside(BatchStep step) => new(step.Path.Tokens[2..]);

    private static Rejection? Test(Draft draft, PropertyPath path, BatchStep step, string at)
    {
        var there = path.Property is null
            ? draft.Now[path.Collection!] is { } collection ? PatchDocument.ToJson(collection) : null
            : draft.Now[path]?.Value is { } value ? JsonEdit.At(value, Inside(step)) : null;
        if (step.Value!.Equals(there)) return null;
        var detail = there is null ? $"There is nothing at {step.Path}." : $"The value at {step.Path} is another.";
        return new Rejection("test_failed", detail, [new BodyFault(at, detail)]);
    }

    // What is not there is deleted already.
    private static Rejection? Delete(Draft draft, PropertyPath path, BatchStep step)
    {
        if (path.Property is null) draft.RemoveCollection(path.Collection!);
        else if (step.Path.Tokens.Length == 2) draft.RemoveProperty(path);
        else if (draft.Now[path] is { } property && JsonEdit.Remove(property.Value, Inside(step)) is { } rest) draft.SetProperty(path, rest);
        return null;
    }

    private static Rejection? Set(Draft draft, PropertyPath path, BatchStep step, string at, Limits limits)
    {
        if (path.Property is null)
        {
            return step.Value!.Kind == JsonKind.Object
                ? PatchDocument.SetPatchedCollection(draft, limits, path.Collection!, step.Value, at + "/value")
                : Rejection.InvalidValue("A collection is an object of its properties.", at + "/value");
        }
        var value = step.Value!;
        if (step.Path.Tokens.Length > 2)
        {
            if (draft.Now[path] is not { } property || JsonEdit.Set(property.Value, Inside(step), value) is not { } changed)
                return Rejection.InvalidValue($"There is nothing at {step.Path} to set a value in.", at + "/path");
            value = changed;
        }
        if (ValueLimits.Fault(value, limits, at + "/value") is { } fault) return fault;
        draft.SetProperty(path, value);
        return null;
    }
}
