namespace PropsDb.Faults;

/// <summary>The checker itself: a good history passes, and each of these bad ones is caught by exactly the check that is for it.</summary>
public sealed class CheckerTests
{
    private static readonly string[] s_paths = ["/a/p", "/a/q"];

    /// <summary>Two documents, ten writes by two clients one after another, one of them a batch, a read after each; three subscribers of two connections.</summary>
    private sealed class Story
    {
        public List<Op> Ops { get; } = [];
        public Dictionary<string, List<Commit>> Histories { get; } = new() { ["d"] = [], ["e"] = [] };
        public List<Delivery> All { get; } = [];
        public List<Delivery> OfDocument { get; } = [];
        public List<Delivery> OfProperty { get; } = [];
        public Dictionary<int, bool> BehindMark { get; } = [];
        public long Begun { get; set; }
        public long? FaultAt { get; set; }

        public static Story Good()
        {
            var story = new Story();
            for (var i = 0; i < 10; i++)
            {
                var document = i % 3 == 2 ? "e" : "d";
                story.Write(i, [document], s_paths[i % 2]);
                if (i == 5) story.Write(100, ["d", "e"], "/a/p", batch: "batch");
            }
            return story;
        }

        private void Write(int i, string[] documents, string path, string? batch = null)
        {
            var (sent, id) = (Ops.Count * 1_000_000L, batch ?? $"w{i}");
            foreach (var document in documents)
            {
                var history = Histories[document];
                var commit = new Commit(document, history.Count + 1, new Dictionary<string, string?> { [path] = id });
                Ops.Add(new Op(i % 2, id, document, false, sent, sent + 400_000, Outcome.Ok, history.Count, commit.Version, null, batch));
                history.Add(commit);
                var session = i < 5 ? 0 : 1;
                All.Add(new(session, $"{All.Count}", commit));
                if (document == "d") OfDocument.Add(new(session, $"{All.Count}", commit));
                if (document == "d" && path == "/a/p") OfProperty.Add(new(session, $"{All.Count}", commit));
            }
            foreach (var document in documents) Read(document, sent + 500_000);
        }

        public void Read(string document, long at, int client = 0)
        {
            var values = new Dictionary<string, string?>();
            foreach (var commit in Histories[document]) foreach (var (p, v) in commit.Changes) values[p] = v;
            Ops.Add(new Op(client, "", document, true, at, at + 100_000, Outcome.Ok, null, Histories[document].Count, Checker.Content(values)));
        }

        public Op Last(Func<Op, bool> which) => Ops.Last(which);

        public void Change(Func<Op, bool> which, Func<Op, Op> to)
        {
            var at = Ops.FindLastIndex(o => which(o));
            Ops[at] = to(Ops[at]);
        }

        /// <summary>A commit that no operation was answered with, at the end of a document, told to all who should know.</summary>
        public void Commit(string document, string id, string path = "/a/q")
        {
            var commit = new Commit(document, Histories[document].Count + 1, new Dictionary<string, string?> { [path] = id });
            Histories[document].Add(commit);
            All.Add(new(1, "", commit));
            if (document == "d") OfDocument.Add(new(1, "", commit));
            if (document == "d" && path == "/a/p") OfProperty.Add(new(1, "", commit));
        }

        public Run Run() => new(Ops, Histories.ToDictionary(h => h.Key, h => (IReadOnlyList<Commit>)h.Value),
        [
            new("all", (_, _) => true, _ => true, All, BehindMark, IsReference: true),
            new("document", (d, _) => d == "d", d => d == "d", OfDocument, BehindMark),
            new("property", (d, p) => d == "d" && p == "/a/p", d => d == "d", OfProperty, BehindMark),
        ], Begun, FaultAt, FaultAt);
    }

    [Fact]
    public void A_good_history_passes() => Checker.Check(Story.Good().Run(), 1, 0).ShouldBeEmpty();

    private static bool IsWrite(Op op) => !op.IsRead && op.Batch is null;

    private static readonly Dictionary<string, (string Check, Action<Story> Spoil)> s_bad = new()
    {
        ["an acknowledged write is nowhere"] = ("C1", s => s.Ops.Add(new(0, "lost", "d", false, 90_000_000, 90_100_000, Outcome.Ok, null, 99))),
        ["an acknowledged write is another version"] = ("C1", s =>
        {
            s.Change(o => IsWrite(o) && o.Document == "e", o => o with { Version = o.Version + 1, IfMatch = null });
            s.Ops.RemoveAll(o => o.IsRead && o.Document == "e");
        }),
        ["a repeated write is there twice"] = ("C2", s => s.Commit("d", s.Last(o => IsWrite(o) && o.Document == "d").Id)),
        ["a refused write is there"] = ("C3", s => { s.Commit("d", "refused"); s.Ops.Add(new(1, "refused", "d", false, 90_000_000, 90_100_000, Outcome.Refused, 3)); }),
        ["a write of unknown outcome is there twice"] = ("C4", s => { s.Commit("d", "unknown"); s.Commit("d", "unknown"); s.Ops.Add(new(1, "unknown", "d", false, 90_000_000, 90_100_000, Outcome.Unknown)); }),
        ["a version is missing in the history"] = ("C5", s =>
        {
            // Nobody was told of it either, and it was nobody's.
            var gone = s.Histories["e"][0];
            s.Histories["e"].RemoveAt(0);
            s.Ops.RemoveAll(o => o.Document == "e" && (o.Version == 1 || o.IsRead));
            s.All.RemoveAll(d => d.Commit == gone);
        }),
        ["a write lies before one that was answered earlier"] = ("C6", s =>
        {
            var writes = s.Ops.Where(o => IsWrite(o) && o.Document == "d").ToList();
            s.Change(o => o == writes[^1], o => o with { Sent = -20, Received = -15 });
            s.Change(o => o == writes[0], o => o with { Sent = -10, Received = -5 });
            s.Ops.RemoveAll(o => o.IsRead);
        }),
        ["a read is older than a write that was answered"] = ("C6", s => s.Ops.Add(s.Ops.First(o => o.IsRead && o.Document == "d") with { Client = 9, Sent = 90_000_000, Received = 90_100_000 })),
        ["a read saw what was never there"] = ("C7", s => s.Change(o => o.IsRead, o => o with { Value = o.Value + "x" })),
        ["a read saw half of a version"] = ("C7", s => s.Change(o => o.IsRead && o.Value!.Contains(' '), o => o with { Value = o.Value!.Split(' ')[0] })),
        ["a write did not follow the version that it named"] = ("C8", s => s.Change(o => IsWrite(o), o => o with { IfMatch = o.IfMatch - 1 })),
        ["a batch is there in part"] = ("C9", s => { s.Commit("d", "half"); foreach (var d in new[] { "d", "e" }) s.Ops.Add(new(1, "half", d, false, 90_000_000, 90_100_000, Outcome.Unknown, Batch: "half")); }),
        ["a client's reads go backwards"] = ("C10", s =>
        {
            // At the same time as all else, so that nothing but the client's own order speaks against it.
            s.Read("d", 90_000_000, client: 9);
            s.Ops.Add(s.Ops.First(o => o.IsRead && o.Document == "d") with { Client = 9, Sent = -1, Received = 91_000_000 });
        }),
        ["two commits are told in the wrong order"] = ("F1", s => (s.OfDocument[1], s.OfDocument[2]) = (s.OfDocument[2], s.OfDocument[1])),
        ["two documents are told in another order than to others"] = ("F1", s =>
        {
            // Somebody else follows both and is told of the one ahead of its time.
            var other = s.All.Where(d => d.Commit!.Document == "e").ToList();
            s.OfDocument.Insert(0, other[0] with { Session = 0 });
            s.OfDocument.AddRange(other.Skip(1));
        }),
        ["a commit is told twice"] = ("F2", s => s.OfDocument.Insert(2, s.OfDocument[1])),
        ["a commit is left out"] = ("F3", s => s.OfDocument.RemoveAt(1)),
        ["something is told amid a batch"] = ("F4", s =>
        {
            var at = s.All.FindIndex(d => d.Commit!.Ids.Contains("batch"));
            var other = s.All.FindIndex(d => d.Commit!.Document == "d" && d.Commit.Version == s.All[at].Commit!.Version + 1);
            var moved = s.All[other];
            s.All.RemoveAt(other);
            s.All.Insert(at + 1, moved);
        }),
        ["a subscriber resumes and is told the last again"] = ("F5", s => { var first = s.OfDocument.FindIndex(d => d.Session == 1); s.OfDocument.Insert(first, s.OfDocument[first - 1] with { Session = 1 }); }),
        ["a subscriber resumes and misses the next"] = ("F5", s => s.OfDocument.RemoveAt(s.OfDocument.FindIndex(d => d.Session == 1))),
        ["a marker said more than was sent"] = ("F6", s => { s.BehindMark[1] = true; s.OfDocument.RemoveAt(s.OfDocument.FindIndex(d => d.Session == 1)); }),
        ["a told value is another than in history"] = ("F7", s => s.OfProperty[0] = s.OfProperty[0] with { Commit = s.OfProperty[0].Commit! with { Changes = new Dictionary<string, string?> { ["/a/p"] = "other" } } }),
        ["the last commits are never told"] = ("F7", s => s.OfDocument.RemoveAt(s.OfDocument.Count - 1)),
        ["a commit is told that is none"] = ("F7", s => s.OfDocument.Add(new(1, "", new Commit("d", 77, new Dictionary<string, string?> { ["/a/p"] = "never" })))),
        ["somebody is told what is not for them"] = ("F8", s => s.OfDocument.Add(new(1, "", s.Histories["e"][0]))),
        ["nothing was going on when it broke"] = ("H1", s => s.FaultAt = 60_000_000_000),
        ["what was going on was over before its pace counted"] = ("H1", s => (s.Begun, s.FaultAt) = (s.Ops.Max(o => o.Received) + 1, s.Ops.Max(o => o.Received) + 2_000_000_000)),
    };

    public static TheoryData<string> Bad { get; } = [.. s_bad.Keys];

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_history_is_caught_by_the_check_that_is_for_it(string name)
    {
        var (check, spoil) = s_bad[name];
        var story = Story.Good();
        spoil(story);
        var run = story.Run();
        // Who follows both documents, for the one case that needs another like that.
        if (name.StartsWith("two documents")) run = run with { Subscribers = [run.Subscribers[0], run.Subscribers[1] with { Follows = (_, _) => true, MayRead = _ => true }] };
        var violations = Checker.Check(run, minRate: 1);
        violations.ShouldNotBeEmpty(name);
        violations.Select(v => v.Check).Distinct().ShouldBe([check], string.Join('\n', violations));
    }
}
