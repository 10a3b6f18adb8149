using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Batches;

/// <summary>Reads the operations of a batch.</summary>
public static class BatchBody
{
    public static ApplyBatch Operations(JsonValue operations, string pointer, Limits limits)
    {
        if (operations.Kind != JsonKind.Array) throw ContentBody.Invalid("operations is a list.", pointer);
        if (operations.Items.Count == 0) throw ContentBody.Invalid("A batch has at least one operation.", pointer);
        if (operations.Items.Count > limits.MaxOperations)
            throw new ProblemException(new Problem("too_large", $"A batch has at most {limits.MaxOperations} operations."));
        var steps = new List<BatchStep>();
        for (var i = 0; i < operations.Items.Count; i++)
        {
            try
            {
                steps.Add(Step(operations.Items[i], $"{pointer}/{i}", limits));
            }
            catch (ProblemException e) when (e.Problem.Code is "invalid_value" or "invalid_name")
            {
                throw new ProblemException(e.Problem with { More = writer => writer.WriteResults([.. steps, Failed(operations.Items[i])], steps.Count, e.Problem.Code) });
            }
        }
        return new ApplyBatch(steps);
    }

    private static BatchStep Step(JsonValue json, string at, Limits limits)
    {
        if (json.Kind != JsonKind.Object) throw ContentBody.Invalid("An operation is an object.", at);
        foreach (var (name, _) in json.Members)
            if (name is not ("op" or "path" or "value")) throw ContentBody.Invalid("An operation has an unknown member.", $"{at}/{JsonPointer.Escape(name)}");
        if (json.Member("op") is not { Kind: JsonKind.String } op || op.AsText() is not ("set" or "delete" or "test"))
            throw ContentBody.Invalid("op is set, delete or test.", at + "/op");
        if (json.Member("path") is not { Kind: JsonKind.String } text || !JsonPointer.TryParse(text.AsText(), out var path) || path.Tokens.IsEmpty)
            throw ContentBody.Invalid("path is a JSON pointer to a collection, a property or a place in its value.", at + "/path");
        if (PropertyPath.TryCreate(path.Tokens[0], path.Tokens.ElementAtOrDefault(1), out _) is { } fault)
            throw new ProblemException(new Problem("invalid_name", fault, [new(at + "/path", fault)]));
        if (op.AsText() == "delete") return new BatchStep("delete", path, null);
        var value = json.Member("value") ?? throw ContentBody.Invalid("value is missing.", at + "/value");
        // A collection is no value itself; those in it are looked at when it is set.
        return new BatchStep(op.AsText(), path, path.Tokens.Length == 1 ? value : ContentBody.Value(value, at + "/value", limits));
    }

    private static BatchStep Failed(JsonValue json) =>
        new("", json.Kind == JsonKind.Object && json.Member("path") is { Kind: JsonKind.String } text && JsonPointer.TryParse(text.AsText(), out var path) ? path : JsonPointer.Root, null);
}
