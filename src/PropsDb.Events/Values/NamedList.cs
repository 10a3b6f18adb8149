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
        new(ImmutableDictionary.Create<string, long>(StringComparer.Ordinal), ImmutableSortedDictionary<long, KeyValuePair<string, T>>.Empty, 0);

    private readonly ImmutableDictionary<string, long> _places;
    private readonly ImmutableSortedDictionary<long, KeyValuePair<string, T>> _inOrder;
    private readonly long _next;

    private NamedList(ImmutableDictionary<string, long> places, ImmutableSortedDictionary<long, KeyValuePair<string, T>> inOrder, long next) =>
        (_places, _inOrder, _next) = (places, inOrder, next);

    public int Count => _places.Count;

    public IEnumerable<string> Names => _inOrder.Values.Select(entry => entry.Key);

    public T? this[string name] => _places.TryGetValue(name, out var place) ? _inOrder[place].Value : null;

    public bool Contains(string name) => _places.ContainsKey(name);

    /// <summary>Where the name stands; comparable only with other places of this list and of those made from it.</summary>
    public long? Place(string name) => _places.TryGetValue(name, out var place) ? place : null;

    /// <summary>In place if the name is there, else at the end.</summary>
    public NamedList<T> With(string name, T value) => _places.TryGetValue(name, out var place)
        ? new(_places, _inOrder.SetItem(place, new(name, value)), _next)
        : new(_places.Add(name, _next), _inOrder.Add(_next, new(name, value)), _next + 1);

    public NamedList<T> Without(string name) => _places.TryGetValue(name, out var place)
        ? new(_places.Remove(name), _inOrder.Remove(place), _next)
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
        var places = Empty._places.ToBuilder();
        var inOrder = Empty._inOrder.ToBuilder();
        var next = 0L;
        foreach (var entry in entries)
        {
            places.Add(entry.Key, next);
            inOrder.Add(next++, entry);
        }
        return new(places.ToImmutable(), inOrder.ToImmutable(), next);
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _inOrder.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
