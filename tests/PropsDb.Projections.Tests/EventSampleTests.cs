using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;

namespace PropsDb.Projections.Tests;

/// <summary>Every shape in which an event was ever stored has a sample here, and is still read.</summary>
public sealed class EventSampleTests
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "EventSamples");

    /// <summary>Files are named after the stored name and the shape's number: <c>property_set.1.json</c>.</summary>
    public static TheoryData<string> Samples => [.. System.IO.Directory.EnumerateFiles(Directory).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_stored_event_is_read_and_would_be_written_the_same(string sample)
    {
        var storedName = sample.Split('.')[0];
        var json = File.ReadAllText(Path.Combine(Directory, sample));

        var read = EventJson.Read(storedName, json);

        EventJson.NameOf(read).ShouldBe(storedName);
        var written = JsonDocument.Parse(EventJson.Write(read)).RootElement;
        // A member that a later shape added may stand in what is written; what was stored may not be lost.
        foreach (var member in JsonDocument.Parse(json).RootElement.EnumerateObject())
            JsonElement.DeepEquals(written.GetProperty(member.Name), member.Value).ShouldBeTrue($"{member.Name}: {written}");
    }

    [Fact]
    public void Every_event_has_a_sample() =>
        StoredNames.OfDocumentEvents.Values.Concat(AppEventNames.All.Values).ShouldBeSubsetOf(Samples.Select(row => row.Data.Split('.')[0]));
}
