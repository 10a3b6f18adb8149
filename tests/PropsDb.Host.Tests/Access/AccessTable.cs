namespace PropsDb.Host.Tests;

/// <summary>One operation on one target, and the verdict for each caller.</summary>
/// <param name="Operation">Method and pattern, as the table of routes has them.</param>
public sealed record AccessRow(string Operation, string Target, IReadOnlyList<(string Caller, char Verdict)> Verdicts)
{
    public string Method => Operation[..Operation.IndexOf(' ')];
    public char Of(string caller) => Verdicts.Single(v => v.Caller == caller).Verdict;

    public string Pattern => Operation[(Operation.IndexOf(' ') + 1)..];
}

/// <summary>Who may do what, as <c>authz.csv</c> says it of requests, and <c>live.csv</c> of the hub's methods.</summary>
public static class AccessTable
{
    public static IReadOnlyList<AccessRow> Rows { get; } = Read("authz.csv");

    public static IReadOnlyList<AccessRow> LiveRows { get; } = Read("live.csv");

    private static List<AccessRow> Read(string file)
    {
        using var stream = typeof(AccessTable).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(',', StringSplitOptions.TrimEntries)).ToList();
        var callers = lines[0][2..];
        return [.. lines.Skip(1).Select(cells => cells.Length == lines[0].Length
            ? new AccessRow(cells[0], cells[1], [.. callers.Zip(cells[2..].Select(c => c.Single()))])
            : throw new FormatException($"{cells[0]}, {cells[1]} has {cells.Length - 2} verdicts for {callers.Length} callers."))];
    }
}
