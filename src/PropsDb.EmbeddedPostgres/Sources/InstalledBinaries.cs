namespace PropsDb.EmbeddedPostgres.Sources;

/// <summary>PostgreSQL as the system's packages, or an earlier fetch, left it.</summary>
internal static class InstalledBinaries
{
    /// <summary>Highest version first, a place that comes earlier in the search before a later one.</summary>
    public static async Task<IReadOnlyList<Binaries>> Find(Surroundings surroundings, string fetchedBinaries, CancellationToken cancel)
    {
        var places = surroundings.Path.Concat(surroundings.Patterns.SelectMany(Expand)).Concat(Expand(Path.Combine(fetchedBinaries, "*", "bin")));
        var found = new List<Binaries>();
        foreach (var place in places.Select(Resolve).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await Binaries.Probe(place, cancel) is (Found: { } binaries, _)) found.Add(binaries);
        }

        return [.. found.OrderByDescending(b => b.Major)];
    }

    /// <summary>A link such as /usr/local/bin/postgres leads to where initdb and pg_ctl lie too.</summary>
    private static string? Resolve(string place)
    {
        var server = new FileInfo(Path.Combine(place, OperatingSystem.IsWindows() ? "postgres.exe" : "postgres"));
        return server.Exists ? Path.GetDirectoryName((server.ResolveLinkTarget(returnFinalTarget: true) ?? server).FullName) : null;
    }

    internal static IEnumerable<string> Expand(string pattern)
    {
        var root = Path.GetPathRoot(pattern)!;
        IEnumerable<string> places = [root];
        foreach (var part in pattern[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            places = part.Contains('*', StringComparison.Ordinal)
                ? places.SelectMany(place => Matching(place, part))
                : places.Select(place => Path.Combine(place, part));
        }

        return places.Where(Directory.Exists);
    }

    private static IEnumerable<string> Matching(string place, string part)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, MatchType = MatchType.Simple };
        return Directory.Exists(place) ? Directory.EnumerateDirectories(place, part, options).OrderDescending(StringComparer.Ordinal) : [];
    }
}
