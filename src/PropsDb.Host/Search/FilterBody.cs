using PropsDb.Events.Operations;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Http;

namespace PropsDb.Host.Search;

/// <summary>Reads filters out of bodies. What is not understood is refused, with its place: a filter that was read half would find too much.</summary>
public sealed class FilterBody
{
    public const int MaxDepth = 16;
    public const int MaxConditions = 200;
    public const int MaxListed = 1_000;
    public const int MaxBytes = 64 * 1024;
    private const int MaxFaults = 20;
    private const int MaxSegments = 80;

    private static readonly Dictionary<string, Comparison> Comparisons = new(StringComparer.Ordinal)
    {
        ["eq"] = Comparison.Equal,
        ["ne"] = Comparison.NotEqual,
        ["lt"] = Comparison.Less,
        ["lte"] = Comparison.AtMost,
        ["gt"] = Comparison.Greater,
        ["gte"] = Comparison.AtLeast,
        ["in"] = Comparison.In,
        ["contains"] = Comparison.Contains,
        ["exists"] = Comparison.Exists,
        ["starts_with"] = Comparison.StartsWith,
    };

    private readonly List<BodyFault> _faults = [];
    private int _conditions;

    private FilterBody()
    {
    }

    /// <summary>A body's filter; everything where it has none.</summary>
    public static Filter Read(JsonValue? json, string at)
    {
        if (json is null) return Filter.Everything;
        if (json.Length > MaxBytes) throw Refused([new(at, $"A filter has at most {MaxBytes} bytes.")]);
        var body = new FilterBody();
        var filter = body.Expression(json, at, 1);
        if (body._conditions > MaxConditions) body.Fault(at, $"A filter has at most {MaxConditions} conditions.");
        return body._faults.Count == 0 ? filter : throw Refused(body._faults);
    }

    public static ProblemException Refused(IReadOnlyList<BodyFault> faults) => new(new Problem("invalid_query", faults[0].Detail, faults));

    public static ProblemException Refused(string pointer, string detail) => Refused([new(pointer, detail)]);

    private Filter Fault(string at, string detail)
    {
        if (_faults.Count < MaxFaults) _faults.Add(new(at, detail));
        return Filter.Everything;
    }

    private Filter Expression(JsonValue json, string at, int depth)
    {
        if (depth > MaxDepth) return Fault(at, $"A filter is nested at most {MaxDepth} deep.");
        if (json.Kind != JsonKind.Object) return Fault(at, "A filter is an object.");
        if (json.Members.Count == 0) return Filter.Everything;
        if (json.Member("path") is not null || json.Member("field") is not null) return Conditions(json, at);
        foreach (var (name, _) in json.Members)
            if (name is not ("and" or "or" or "not" or "collections")) return Fault($"{at}/{JsonPointer.Escape(name)}", "A filter has one of and, or, not, path, field, collections.");
        if (json.Members.Count > 1) return Fault(at, "A filter has one of and, or, not, path, field, collections.");
        var (member, value) = json.Members[0];
        return member switch
        {
            "and" => new Filter.All(Several(value, $"{at}/and", depth)),
            "or" => new Filter.Any(Several(value, $"{at}/or", depth)),
            "not" => new Filter.Not(Expression(value, $"{at}/not", depth + 1)),
            _ => ShortForm(value, $"{at}/collections"),
        };
    }

    private List<Filter> Several(JsonValue json, string at, int depth)
    {
        if (json.Kind != JsonKind.Array) Fault(at, "This is a list of filters.");
        // Beyond the limit nothing more is read.
        return [.. json.Items.TakeWhile(_ => _conditions <= MaxConditions).Select((item, i) => Expression(item, $"{at}/{i}", depth + 1))];
    }

    // {"name": …, "properties": {"name": …, "value": …}}
    private Filter ShortForm(JsonValue json, string at)
    {
        _conditions++;
        if (json.Kind != JsonKind.Object || json.Member("name") is not { Kind: JsonKind.String } collection) return Fault(at, "collections is an object with the name of a collection.");
        foreach (var (name, _) in json.Members)
            if (name is not ("name" or "properties")) return Fault($"{at}/{JsonPointer.Escape(name)}", "collections has name and properties.");
        var path = JsonPointer.Root.Then(collection.AsText());
        if (json.Member("properties") is not { } properties) return new Filter.AtPath(path, Comparison.Exists, JsonValue.FromChecked("true"));
        if (properties.Kind != JsonKind.Object || properties.Member("name") is not { Kind: JsonKind.String } property) return Fault($"{at}/properties", "properties is an object with the name of a property.");
        foreach (var (name, _) in properties.Members)
            if (name is not ("name" or "value")) return Fault($"{at}/properties/{JsonPointer.Escape(name)}", "properties has name and value.");
        path = path.Then(property.AsText());
        return properties.Member("value") is not { } value ? new Filter.AtPath(path, Comparison.Exists, JsonValue.FromChecked("true"))
            : Operand(value, $"{at}/properties/value") is { } operand ? new Filter.AtPath(path, Comparison.Equal, operand) : Filter.Everything;
    }

    private Filter Conditions(JsonValue json, string at)
    {
        if (json.Member("path") is { } path && json.Member("field") is not null) return Fault(at, "A condition is on a path or on a field.");
        else path = json.Member("path");
        var comparisons = json.Members.Where(m => m.Name is not ("path" or "field")).ToList();
        if (comparisons.Count == 0) return Fault(at, $"A condition has one of {string.Join(", ", Comparisons.Keys)}.");
        JsonPointer pointer = default;
        DocumentField field = default;
        if (path is not null ? !TryPath(path, out pointer) : !Fields.TryGetValue(json.Member("field")!.Kind == JsonKind.String ? json.Member("field")!.AsText() : "", out field))
            return path is not null ? Fault($"{at}/path", "A path is a JSON pointer of 1 to 80 segments, such as /tags/category.") : Fault($"{at}/field", $"A field is one of {string.Join(", ", Fields.Keys)}.");
        var read = new List<Filter>();
        foreach (var (name, value) in comparisons)
        {
            _conditions++;
            var here = $"{at}/{JsonPointer.Escape(name)}";
            if (!Comparisons.TryGetValue(name, out var comparison)) Fault(here, $"A condition has one of {string.Join(", ", Comparisons.Keys)}.");
            else if (path is not null && OfPath(comparison, value, here) is { } operand) read.Add(new Filter.AtPath(pointer, comparison, operand));
            else if (path is null && OfField(field, comparison, value, here) is { } known) read.Add(new Filter.OfField(field, comparison, known));
        }
        return read is [var only] ? only : new Filter.All(read);
    }

    public static IReadOnlyDictionary<string, DocumentField> Fields { get; } = new Dictionary<string, DocumentField>(StringComparer.Ordinal)
    {
        ["name"] = DocumentField.Name,
        ["owner"] = DocumentField.Owner,
        ["version"] = DocumentField.Version,
        ["updated_at"] = DocumentField.UpdatedAt,
        ["created_at"] = DocumentField.CreatedAt,
    };

    public static bool TryPath(JsonValue json, out JsonPointer pointer)
    {
        pointer = JsonPointer.Root;
        return json.Kind == JsonKind.String && JsonPointer.TryParse(json.AsText(), out pointer) && pointer.Tokens.Length is >= 1 and <= MaxSegments
            && !json.AsText().Contains('\0', StringComparison.Ordinal);
    }

    private JsonValue? OfPath(Comparison comparison, JsonValue value, string at) => comparison switch
    {
        Comparison.Exists => Of(value, value.Kind == JsonKind.Boolean, at, "exists is true or false."),
        Comparison.In => Listed(value, at, (item, where) => Operand(item, where)),
        Comparison.StartsWith => Of(Operand(value, at), value.Kind == JsonKind.String, at, "starts_with is a text."),
        Comparison.Equal or Comparison.NotEqual or Comparison.Contains => Operand(value, at),
        _ => Of(Operand(value, at), value.Kind is JsonKind.Number or JsonKind.String, at, "A comparison is with a number or a text."),
    };

    private JsonValue? OfField(DocumentField field, Comparison comparison, JsonValue value, string at) => comparison switch
    {
        Comparison.Exists => Of(value, value.Kind == JsonKind.Boolean, at, "exists is true or false."),
        Comparison.In => Listed(value, at, (item, where) => FieldValue(field, item, where)),
        Comparison.Contains or Comparison.StartsWith when field is not (DocumentField.Name or DocumentField.Owner) => Of(null, false, at, "This is for texts: name and owner."),
        _ => FieldValue(field, value, at),
    };

    private JsonValue? FieldValue(DocumentField field, JsonValue value, string at) => field switch
    {
        DocumentField.Name or DocumentField.Owner => Of(Operand(value, at), value.Kind == JsonKind.String, at, "This field is a text."),
        DocumentField.Version => Of(Operand(value, at), value.Kind == JsonKind.Number, at, "This field is a number."),
        _ when value.Kind == JsonKind.String && Times.TryParse(value.AsText(), out var time) => JsonValue.Text(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)).ToString("O", System.Globalization.CultureInfo.InvariantCulture)),
        _ => Of(null, false, at, "This field is a time as in RFC 3339."),
    };

    private JsonValue? Listed(JsonValue value, string at, Func<JsonValue, string, JsonValue?> read)
    {
        if (value.Kind != JsonKind.Array) return Of(null, false, at, "in is a list.");
        if (value.Items.Count > MaxListed) return Of(null, false, at, $"in has at most {MaxListed} values.");
        return JsonValue.Array(value.Items.Select((item, i) => read(item, $"{at}/{i}") ?? JsonValue.Null));
    }

    private JsonValue? Operand(JsonValue value, string at)
    {
        // What the index cannot hold would be left out of it silently.
        if (Searchable.Of(value) is { } operand && operand.Equals(value)) return operand;
        Fault(at, $"Texts with U+0000, and numbers of more than {Searchable.MaxPlaces} decimal places, are not searched.");
        return null;
    }

    private JsonValue? Of(JsonValue? value, bool isFit, string at, string otherwise)
    {
        if (isFit) return value;
        Fault(at, otherwise);
        return null;
    }
}
