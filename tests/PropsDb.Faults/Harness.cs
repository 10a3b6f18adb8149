namespace PropsDb.Faults;

/// <summary>One run: writers on a handful of documents, followers of all kinds, faults in between, and the checks of all that was seen.</summary>
public sealed class Harness(Cluster cluster, ITestOutputHelper output, int seed)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    public Log Log { get; } = new();

    private List<Follower> Followers()
    {
        var at = seed;
        Follower New(string name, string user, string? tier = null, string? document = null, string? collection = null, string? property = null, bool isStream = false) =>
            new(cluster, name, user, tier, document, collection, property, isStream, ++at);
        return
        [
            New("the app", Writer.User), New("the app, by another", "reader"),
            New("a tier", "reader", "shared"), New("the own tier", Writer.User, "user"), New("a tier, as a stream", "reader", "shared", isStream: true),
            New("a document", "reader", "shared", "h0"), New("a document, as a stream", "reader", "shared", "h1", isStream: true), New("the own document", Writer.User, "user", "own"),
            New("a collection", "reader", "shared", "h0", "a"), New("a property", "reader", "shared", "h2", "b", "q"),
        ];
    }

    /// <param name="faults">One after another, with the run's time divided between them; each returns when it is healed.</param>
    public async Task<Run> Run(IReadOnlyList<Func<Task>> faults, TimeSpan time, int writers, bool withFollowers = true)
    {
        output.WriteLine($"PROPSDB_FAULTS_SEED={seed}");
        using var stop = new CancellationTokenSource();
        var followers = withFollowers ? Followers() : [];
        var following = followers.ConvertAll(f => Task.Run(() => f.Run(stop.Token)));
        await Task.WhenAll(followers.Select(f => f.Ready)).WaitAsync(s_patience);
        using var first = new Writer(cluster, Log, -1, seed);
        foreach (var document in Writer.All) await first.Create(document);

        using var enough = new CancellationTokenSource();
        var writing = Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            using var writer = new Writer(cluster, Log, w, seed + (100 * w));
            await writer.Work(enough.Token);
        })).ToList();
        await Task.Delay(Scale.WarmUp);
        var begun = Log.Now;
        long? faultAt = null, faultOver = null;
        foreach (var fault in faults)
        {
            await Task.Delay(time / (faults.Count + 1));
            faultAt ??= Log.Now;
            await fault();
            faultOver = Log.Now;
        }
        await Task.Delay(time / (faults.Count + 1));
        await enough.CancelAsync();
        await Task.WhenAll(writing).WaitAsync(s_patience);
        foreach (var follower in followers) follower.IsCut = false;
        foreach (var document in Writer.All) await first.End(document);
        var told = Task.WhenAll(following);
        if (await Task.WhenAny(told, Task.Delay(s_patience)) != told) output.WriteLine("Not everybody was told of everything.");
        await stop.CancelAsync();
        await told;

        var histories = new Dictionary<string, IReadOnlyList<Commit>>();
        foreach (var document in Writer.All) histories[document] = await first.History(document);
        var run = new Run(Log.Ops, histories, followers.ConvertAll(f => f.Subscriber()), begun, faultAt, faultOver);
        output.WriteLine($"{run.Ops.Count(o => o.Outcome == Outcome.Ok && !o.IsRead)} writes, {run.Ops.Count(o => o.IsRead)} reads, {run.Ops.Count(o => o.Outcome == Outcome.Refused)} refused, "
            + $"{run.Ops.Count(o => o.WasDisturbed)} disturbed, {run.Ops.Count(o => o.Outcome == Outcome.Unknown)} unknown, {followers.Sum(f => f.Told)} messages over {followers.Sum(f => f.Sessions)} connections");
        return run;
    }

    /// <summary>All checks, and that no node said or logged what none may.</summary>
    public void Verify(Run run, double minRate = 0, int minDisturbed = 0)
    {
        var violations = Checker.Check(run, minRate, minDisturbed);
        violations.ShouldBeEmpty($"seed {seed}: {Violation.Report(violations)}");
        Log.Unexpected.ShouldBeEmpty($"seed {seed}");
        foreach (var node in cluster.Nodes)
            node.Lines.Where(l => l.Contains("Unhandled exception", StringComparison.Ordinal)).Select(l => l[..Math.Min(l.Length, 1_500)]).ShouldBeEmpty($"{node.Name}, seed {seed}");
    }
}
