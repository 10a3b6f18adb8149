using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PropsDb.Events.Values;

/// <summary>
/// An immutable list of named things in the order in which they were added. Look-up, replacement and removal cost O(log n) and share
/// everything else with the list before, so a write to a large document costs no more than one to a small one.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is a list by name, not a collection of a document.")]
public sealed class NamedList<T> : IReadOnlyCollection<KeyValuePair<string, T>> where T : class
{
    public static NamedList<T> Empty { get; } =
        new(ImmutableDictionary.Create<string, (long, T)>(StringComparer.Ordinal), ImmutableSortedDictionary<long, string>.Empty, 0);

    private readonly ImmutableDictionary<string, (long Place, T Value)> _byName;
    private readonly ImmutableSortedDictionary<long, string> _inOrder;
    private readonly long _next;

    private NamedList(ImmutableDictionary<string, (long, T)> byName, ImmutableSortedDictionary<long, string> inOrder, long next) =>
        (_byName, _inOrder, _next) = (byName, inOrder, next);

    public int Count => _byName.Count;

    public IEnumerable<string> Names => _inOrder.Values;

    public T? this[string name] => _byName.TryGetValue(name, out var entry) ? entry.Value : null;

    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Where the name stands; comparable only with other places of this list and of those made from it.</summary>
    public long? Place(string name) => _byName.TryGetValue(name, out var entry) ? entry.Place : null;

    /// <summary>In place if the name is there, else at the end.</summary>
    public NamedList<T> With(string name, T value) => _byName.TryGetValue(name, out var entry)
        ? new(_byName.SetItem(name, (entry.Place, value)), _inOrder, _next)
        : new(_byName.Add(name, (_next, value)), _inOrder.Add(_next, name), _next + 1);

    public NamedList<T> Without(string name) => _byName.TryGetValue(name, out var entry)
        ? new(_byName.Remove(name), _inOrder.Remove(entry.Place), _next)
        : this;

    /// <summary>The named ones in this order, those that are not named after them in the order they had.</summary>
    public NamedList<T> InOrder(IEnumerable<string> names)
    {
        var first = names.Where(Contains).Distinct(StringComparer.Ordinal).ToList();
        var rest = new HashSet<string>(first, StringComparer.Ordinal);
        return From(first.Concat(Names.Where(n => !rest.Contains(n))).Select(n => KeyValuePair.Create(n, this[n]!)));
    }

    public static NamedList<T> From(IEnumerable<KeyValuePair<string, T>> entries)
    {
        var byName = Empty._byName.ToBuilder();
        var inOrder = Empty._inOrder.ToBuilder();
        var next = 0L;
        foreach (var (name, value) in entries)
        {
            byName.Add(name, (next, value));
            inOrder.Add(next++, name);
        }
        return new(byName.ToImmutable(), inOrder.ToImmutable(), next);
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator()
    {
        foreach (var name in _inOrder.Values) yield return KeyValuePair.Create(name, _byName[name].Value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
