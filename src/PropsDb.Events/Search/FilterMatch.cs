using System.Globalization;
using System.Text;
using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>What a filter means: the plain definition that the database's answers are tested against.</summary>
public static class FilterMatch
{
    public static bool Matches(this Filter filter, Subject subject) => filter switch
    {
        Filter.All(var all) => all.All(f => f.Matches(subject)),
        Filter.Any(var any) => any.Any(f => f.Matches(subject)),
        Filter.Not(var not) => !not.Matches(subject),
        Filter.AtPath(var path, var comparison, var operand) => Holds(subject.At(path), comparison, operand),
        Filter.OfField(DocumentField.UpdatedAt or DocumentField.CreatedAt, _, _) of => HoldsOfTime(of.Field == DocumentField.UpdatedAt ? subject.UpdatedAt : subject.CreatedAt, of.Comparison, of.Operand),
        Filter.OfField(var field, var comparison, var operand) => Holds(ValueOf(subject, field), comparison, operand),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static JsonValue? ValueOf(Subject subject, DocumentField field) => field switch
    {
        DocumentField.Name => JsonValue.Text(subject.Name),
        DocumentField.Owner => subject.Owner is { } owner ? JsonValue.Text(owner) : null,
        _ => JsonValue.FromChecked(subject.Version.ToString(CultureInfo.InvariantCulture)),
    };

    private static bool Holds(JsonValue? value, Comparison comparison, JsonValue operand) => comparison switch
    {
        Comparison.Equal => value is not null && value.Equals(operand),
        Comparison.NotEqual => value is null || !value.Equals(operand),
        Comparison.Exists => value is not null == (operand.ToString() == "true"),
        Comparison.In => value is not null && operand.Items.Any(value.Equals),
        Comparison.Contains => value?.Kind switch
        {
            JsonKind.Array => value.Items.Any(operand.Equals),
            JsonKind.String => operand.Kind == JsonKind.String && value.AsText().Contains(operand.AsText(), StringComparison.Ordinal),
            _ => false,
        },
        Comparison.StartsWith => value?.Kind == JsonKind.String && value.AsText().StartsWith(operand.AsText(), StringComparison.Ordinal),
        _ => value is not null && value.Kind == operand.Kind && Fits(Compare(value, operand), comparison),
    };

    private static bool HoldsOfTime(DateTimeOffset time, Comparison comparison, JsonValue operand) => comparison switch
    {
        Comparison.Equal => time == Time(operand),
        Comparison.NotEqual => time != Time(operand),
        Comparison.In => operand.Items.Any(i => time == Time(i)),
        Comparison.Exists => operand.ToString() == "true",
        _ => Fits(time.CompareTo(Time(operand)), comparison),
    };

    /// <summary>The instant that an operand names, which was checked to be one.</summary>
    public static DateTimeOffset Time(JsonValue operand) => DateTimeOffset.Parse(operand.AsText(), CultureInfo.InvariantCulture);

    private static int Compare(JsonValue value, JsonValue operand) => value.Kind == JsonKind.Number
        ? JsonNumber.Compare(value.Utf8.Span, operand.Utf8.Span)
        : SortKey.CompareTexts(value.AsText(), operand.AsText());

    private static bool Fits(int order, Comparison comparison) => comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.AtMost => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
