using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Changes;

/// <summary>
/// Documents as single commits found and left them, for who follows what documents are rather than what is done to them. The last ones are
/// kept, so that one commit is folded once, for however many ask, and mostly from the one before.
/// </summary>
public sealed class DocumentVersions(DocumentReader documents, DocumentCache cache) : IDisposable
{
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly ConcurrentDictionary<Place, Lazy<Task<HeldDocument>>> _loading = new();

    private sealed record Place(DocumentKey Key, long Version);

    public async ValueTask<(HeldDocument Before, HeldDocument After)> Around(CommittedChange change, CancellationToken cancel)
    {
        var before = await At(new(change.Key, change.Version - 1), null, cancel);
        return (before, await At(new(change.Key, change.Version), before, cancel));
    }

    private async ValueTask<HeldDocument> At(Place place, HeldDocument? before, CancellationToken cancel)
    {
        if (place.Version == 0) return new HeldDocument(place.Key, Document.Unborn);
        if (_kept.TryGetValue(place, out HeldDocument? kept)) return kept!;
        if (cache.Find(place.Key) is { } now && now.State.Version == place.Version) return Keep(place, now);
        // Whoever goes first leaves the others what they wait for.
        return await _loading.GetOrAdd(place, p => new(() => Load(p, before))).Value.WaitAsync(cancel);
    }

    private async Task<HeldDocument> Load(Place place, HeldDocument? before)
    {
        try
        {
            var document = await documents.At(place.Key, place.Version, CancellationToken.None, before?.State)
                ?? throw new InvalidDataException($"{place.Key} has no version {place.Version}, though a commit of it was told.");
            return Keep(place, new HeldDocument(place.Key, document));
        }
        finally
        {
            _loading.TryRemove(place, out _);
        }
    }

    private HeldDocument Keep(Place place, HeldDocument held) => _kept.Set(place, held, new MemoryCacheEntryOptions { Size = held.Weight });

    public void Dispose() => _kept.Dispose();
}
