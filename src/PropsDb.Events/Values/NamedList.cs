using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PropsDb.Events.Values;

/// <summary>
/// An immutable list of named things in the order in which they were added. A short one, as most are, is an array that is copied; in a long one
/// look-up, replacement and removal cost O(log n) and share everything else with the list before, so a write to a large document costs no more
/// than one to a small one.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is a list by name, not a collection of a document.")]
public abstract class NamedList<T> : IReadOnlyCollection<KeyValuePair<string, T>> where T : class
{
    // Up to so many an array is one object to make, copy and collect, where each entry of the trees is two.
    private const int Short = 32;

    public static NamedList<T> Empty { get; } = new ShortList([], 0);

    public abstract int Count { get; }

    public abstract IEnumerable<string> Names { get; }

    public abstract T? this[string name] { get; }

    public bool Contains(string name) => this[name] is not null;

    /// <summary>Where the name stands; comparable only with other places of this list and of those made from it.</summary>
    public abstract long? Place(string name);

    /// <summary>In place if the name is there, else at the end.</summary>
    public abstract NamedList<T> With(string name, T value);

    public abstract NamedList<T> Without(string name);

    /// <summary>The named ones in this order, those that are not named after them in the order they had.</summary>
    public NamedList<T> InOrder(IEnumerable<string> names)
    {
        var first = names.Where(Contains).Distinct(StringComparer.Ordinal).ToList();
        var rest = new HashSet<string>(first, StringComparer.Ordinal);
        return From(first.Concat(Names.Where(n => !rest.Contains(n))).Select(n => KeyValuePair.Create(n, this[n]!)));
    }

    /// <exception cref="ArgumentException">A name stands twice.</exception>
    public static NamedList<T> From(IEnumerable<KeyValuePair<string, T>> entries)
    {
        var all = entries.ToArray();
        if (all.Length > Short) return LongList.Of(all, [.. Enumerable.Range(0, all.Length).Select(i => (long)i)], all.Length);
        var list = new Entry[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            if (ShortList.Find(list.AsSpan(0, i), all[i].Key) >= 0) throw new ArgumentException($"{all[i].Key} stands twice.", nameof(entries));
            list[i] = new Entry(i, all[i].Key, all[i].Value);
        }
        return new ShortList(list, list.Length);
    }

    public abstract IEnumerator<KeyValuePair<string, T>> GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private readonly record struct Entry(long Place, string Name, T Value);

    private sealed class ShortList(Entry[] entries, long next) : NamedList<T>
    {
        public override int Count => entries.Length;

        public override IEnumerable<string> Names => entries.Select(e => e.Name);

        public override T? this[string name] => Find(entries, name) is >= 0 and var i ? entries[i].Value : null;

        public override long? Place(string name) => Find(entries, name) is >= 0 and var i ? entries[i].Place : null;

        public override NamedList<T> With(string name, T value)
        {
            if (Find(entries, name) is >= 0 and var i)
            {
                var replaced = entries.AsSpan().ToArray();
                replaced[i] = replaced[i] with { Value = value };
                return new ShortList(replaced, next);
            }
            if (entries.Length < Short) return new ShortList([.. entries, new Entry(next, name, value)], next + 1);
            return LongList.Of([.. this, KeyValuePair.Create(name, value)], [.. entries.Select(e => e.Place), next], next + 1);
        }

        public override NamedList<T> Without(string name) =>
            Find(entries, name) is >= 0 and var i ? new ShortList([.. entries.AsSpan(0, i), .. entries.AsSpan(i + 1)], next) : this;

        public static int Find(ReadOnlySpan<Entry> entries, string name)
        {
            for (var i = 0; i < entries.Length; i++) if (string.Equals(entries[i].Name, name, StringComparison.Ordinal)) return i;
            return -1;
        }

        public override IEnumerator<KeyValuePair<string, T>> GetEnumerator()
        {
            foreach (var entry in entries) yield return new(entry.Name, entry.Value);
        }
    }

    private sealed class LongList(ImmutableDictionary<string, long> places, ImmutableSortedDictionary<long, KeyValuePair<string, T>> inOrder, long next) : NamedList<T>
    {
        public override int Count => places.Count;

        public override IEnumerable<string> Names => inOrder.Values.Select(entry => entry.Key);

        public override T? this[string name] => places.TryGetValue(name, out var place) ? inOrder[place].Value : null;

        public override long? Place(string name) => places.TryGetValue(name, out var place) ? place : null;

        public override NamedList<T> With(string name, T value) => places.TryGetValue(name, out var place)
            ? new LongList(places, inOrder.SetItem(place, new(name, value)), next)
            : new LongList(places.Add(name, next), inOrder.Add(next, new(name, value)), next + 1);

        public override NamedList<T> Without(string name)
        {
            if (!places.TryGetValue(name, out var place)) return this;
            var left = inOrder.Remove(place);
            // One that grows and shrinks by a few is not made anew each time.
            return left.Count > Short / 2 ? new LongList(places.Remove(name), left, next)
                : new ShortList([.. left.Select(e => new Entry(e.Key, e.Value.Key, e.Value.Value))], next);
        }

        public static LongList Of(KeyValuePair<string, T>[] entries, long[] at, long next)
        {
            var places = ImmutableDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
            var inOrder = ImmutableSortedDictionary.CreateBuilder<long, KeyValuePair<string, T>>();
            for (var i = 0; i < entries.Length; i++)
            {
                places.Add(entries[i].Key, at[i]);
                inOrder.Add(at[i], entries[i]);
            }
            return new(places.ToImmutable(), inOrder.ToImmutable(), next);
        }

        public override IEnumerator<KeyValuePair<string, T>> GetEnumerator() => inOrder.Values.GetEnumerator();
    }
}
