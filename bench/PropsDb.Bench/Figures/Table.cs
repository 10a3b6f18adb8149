using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PropsDb.Bench.Figures;

/// <summary>All figures of a run, in the order in which they were first measured, as a table for readers and as JSON for programs.</summary>
public sealed class Table
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly List<Figure> _figures = [];

    private readonly List<string> _failures = [];

    /// <summary>What did not work; a run with any has failed.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public void Fail(string what, string because)
    {
        _failures.Add($"{what}: {because}");
        Console.WriteLine($"      FAILED  {what}: {because}");
    }

    public void Add(int round, Figure figure, Sample sample)
    {
        var known = _figures.Find(f => f.Name == figure.Name);
        if (known is null) _figures.Add(known = figure);
        known.Samples[round] = sample;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {round,2}  {figure.Name,-64} {Short(sample.Value),10} {figure.Unit,-12} p50 {Short(sample.P50),8} p99 {Short(sample.P99),8}  {(sample.Cores is { } c ? $"{c.Generator:0.00}/{c.Server:0.00}/{c.Database:0.00}" : "")}  {sample.Remark}"));
    }

    public string Markdown(IEnumerable<string> circumstances)
    {
        var text = new StringBuilder();
        foreach (var line in circumstances) text.AppendLine(line).AppendLine();
        text.AppendLine("| | median (least – most) | p50 / p99, ms | ÷ yardstick (least – most) | wanted | | cores: generator / server / database | |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var figure in _figures)
        {
            var ratio = RatioOf(figure);
            var spread = figure.Samples.Count > 1 ? $" ({Short(figure.Least)} – {Short(figure.Most)})" : "";
            var ratioText = ratio is { } r ? $"{Short(r.Median)} ({Short(r.Least)} – {Short(r.Most)}) of {figure.Yardstick}" : "";
            var cores = figure.Cores is { } c ? string.Create(CultureInfo.InvariantCulture, $"{c.Generator:0.00} / {c.Server:0.00} / {c.Database:0.00}") : "";
            var latency = figure.P50 is null && figure.P99 is null ? "" : $"{Short(figure.P50)} / {Short(figure.P99)}";
            var wanted = string.Join(", ", figure.Targets.Select(t => $"{(t.Of == "value" ? "" : t.Of + " ")}{(t.AtLeast ? "≥" : "≤")} {Short(t.Bound)}"));
            var met = string.Join(", ", figure.Targets.Select(t => Holds(figure, t) switch { true => "yes", false => "NO", null => "?" }));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {figure.Name} | {Short(figure.Median)}{spread} {figure.Unit} | {latency} | {ratioText} | {wanted} | {met} | {cores} | {figure.Remarks} |");
        }
        foreach (var failure in _failures) text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"FAILED: {failure}");
        return text.ToString();
    }

    public string AsJson(IEnumerable<string> circumstances) => JsonSerializer.Serialize(new
    {
        circumstances,
        failures = _failures,
        figures = _figures.Select(f => new
        {
            f.Name, f.Unit, f.Median, f.Least, f.Most, f.P50, f.P99, f.Yardstick, ratio = RatioOf(f)?.Median,
            targets = f.Targets.Select(t => new { t.Of, t.AtLeast, t.Bound, holds = Holds(f, t) }),
            rounds = f.Samples.Select(s => new { round = s.Key, s.Value.Value, s.Value.P50, s.Value.P99, s.Value.Cores, s.Value.Remark }),
        }),
    }, Json);

    private (double Median, double Least, double Most)? RatioOf(Figure figure) =>
        figure.Yardstick is { } name && _figures.Find(f => f.Name == name) is { } yardstick ? figure.RatioTo(yardstick) : null;

    private bool? Holds(Figure figure, Target target)
    {
        var value = target.Of switch { "ratio" => RatioOf(figure)?.Median, "p50" => figure.P50, "p99" => figure.P99, _ => figure.Median };
        return value is not { } v ? null : target.AtLeast ? v >= target.Bound : v <= target.Bound;
    }

    private static string Short(double? value) => value switch
    {
        null => "",
        { } v when Math.Abs(v) >= 100 => v.ToString("#,0", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 10 => v.ToString("0.0", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
