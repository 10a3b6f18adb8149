namespace PropsDb.Faults;

/// <summary>What must hold of what subscribers were told, over all their connections.</summary>
public static class FeedChecker
{
    public static IEnumerable<Violation> Check(Run run)
    {
        var order = run.Subscribers.FirstOrDefault(s => s.IsReference) is { } reference ? Places(reference) : [];
        return run.Subscribers.SelectMany(s => Check(run, s, order)).Concat(Atomic(run, order));
    }

    private static Dictionary<(string, long), int> Places(Subscriber reference)
    {
        var places = new Dictionary<(string, long), int>();
        foreach (var commit in reference.Deliveries.Select(d => d.Commit).OfType<Commit>()) places.TryAdd((commit.Document, commit.Version), places.Count);
        return places;
    }

    private static IEnumerable<Violation> Check(Run run, Subscriber subscriber, Dictionary<(string, long), int> order)
    {
        // The versions of each document that it is entitled to, as history has them, and how far it has come.
        var entitled = run.Histories.ToDictionary(h => h.Key, h => h.Value.Where(c => subscriber.MayRead(h.Key) && c.Changes.Keys.Any(p => subscriber.Follows(h.Key, p))).ToList());
        var next = entitled.ToDictionary(e => e.Key, _ => 0);
        var told = new HashSet<(string, long)>();
        var (lastPlace, session, isFirst) = (-1, -1, new HashSet<string>());
        foreach (var delivery in subscriber.Deliveries)
        {
            if (delivery.Session != session) (session, isFirst) = (delivery.Session, [.. entitled.Keys]);
            if (delivery.Commit is not { } commit) continue;
            var at = $"{subscriber.Name}, session {session}: {commit.Document} v{commit.Version}";
            if (!subscriber.MayRead(commit.Document) || !entitled.TryGetValue(commit.Document, out var versions))
            {
                yield return new("F8", $"{at} is not for them");
                continue;
            }
            var index = versions.FindIndex(c => c.Version == commit.Version);
            if (index < 0)
            {
                yield return new("F7", $"{at} is not in the history of what they follow");
                continue;
            }
            var isKnown = !told.Add((commit.Document, commit.Version));
            var isFirstHere = isFirst.Remove(commit.Document) && session > 0;
            var resumed = subscriber.ResumedBehindMark.GetValueOrDefault(session) ? "F6" : "F5";
            if (index < next[commit.Document])
            {
                yield return new(isFirstHere ? resumed : isKnown ? "F2" : "F1", $"{at} comes after v{versions[next[commit.Document] - 1].Version}");
                continue;
            }
            if (index > next[commit.Document] && !IsLate(subscriber, delivery, commit.Document, versions, next[commit.Document], index))
                yield return new(isFirstHere ? resumed : "F3", $"{at} comes, and v{versions[next[commit.Document]].Version} never came");
            next[commit.Document] = index + 1;
            var expected = versions[index].Changes.Where(c => subscriber.Follows(commit.Document, c.Key));
            if (Checker.Content(expected) != Checker.Content(commit.Changes)) yield return new("F7", $"{at} says {Checker.Content(commit.Changes)} where history has {Checker.Content(expected)}");
            if (order.TryGetValue((commit.Document, commit.Version), out var place))
            {
                if (place < lastPlace) yield return new("F1", $"{at} comes in another order than to others");
                lastPlace = Math.Max(lastPlace, place);
            }
        }
        foreach (var (document, versions) in entitled)
            if (next[document] < versions.Count) yield return new("F7", $"{subscriber.Name} was never told of {document} v{versions[next[document]].Version}");
    }

    // What was left out comes later: that is an order broken, not a hole, and is said there.
    private static bool IsLate(Subscriber subscriber, Delivery delivery, string document, List<Commit> versions, int from, int to) =>
        Enumerable.Range(from, to - from).All(i => subscriber.Deliveries.SkipWhile(d => !ReferenceEquals(d, delivery)).Any(d => d.Commit is { } c && c.Document == document && c.Version == versions[i].Version));

    // The commits of a batch stand beside each other in the order of all.
    private static IEnumerable<Violation> Atomic(Run run, Dictionary<(string, long), int> order)
    {
        if (order.Count == 0) yield break;
        var places = run.Histories.Values.SelectMany(h => h).SelectMany(c => c.Ids.Select(id => (Id: id, Key: (c.Document, c.Version)))).Where(c => order.ContainsKey(c.Key)).ToLookup(c => c.Id, c => order[c.Key]);
        foreach (var batch in run.Ops.Where(o => o.Batch is not null).GroupBy(o => o.Batch))
        {
            var own = batch.Select(o => o.Id).Distinct().SelectMany(id => places[id]).Order().ToList();
            if (own.Count > 1 && own[^1] - own[0] != own.Count - 1) yield return new("F4", $"something was told between the commits of the batch {batch.Key}");
        }
    }
}
