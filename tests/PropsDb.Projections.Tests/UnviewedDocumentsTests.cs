using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

/// <summary>What a node remembers of its commits until the views have them.</summary>
public sealed class UnviewedDocumentsTests
{
    private readonly UnviewedDocuments _unviewed = new();
    private long _position;

    private void Commit(string name, int events)
    {
        var key = StoreFixture.Key(name);
        var commit = new Commit(1, DateTimeOffset.UnixEpoch, "alice");
        var pending = PendingCommit.Of(key, Document.Unborn, Document.Unborn with { Version = 1 },
            [.. Enumerable.Range(0, events).Select(i => new PropertySet(1, PropertyPath.Of("c", $"p{i}"), JsonValue.Null, 0))], commit, new Author("alice"));
        _unviewed.Committed([pending], [_position + events], _position);
        _position += events;
    }

    [Fact]
    public void They_are_due_once_one_document_had_its_events_and_until_that_is_taken()
    {
        for (var i = 0; i < 20; i++) Commit($"d{i}", 100);
        for (var i = 0; i < 3; i++) Commit("d0", 100);
        _unviewed.IsDue.ShouldBeFalse();
        Commit("d0", 100);
        _unviewed.IsDue.ShouldBeTrue();
        _unviewed.Take().Documents.Single(d => d.Key.Name == "d0").Events.ShouldBe(500);
        _unviewed.IsDue.ShouldBeFalse();
        Commit("d0", 100);
        _unviewed.IsDue.ShouldBeFalse();
    }

    [Fact]
    public void They_are_due_when_they_are_many_and_before_any_is_forgotten()
    {
        for (var i = 0; i < 4_999; i++) Commit($"d{i}", 1);
        _unviewed.IsDue.ShouldBeFalse();
        Commit("one more", 1);
        _unviewed.IsDue.ShouldBeTrue();
        _unviewed.Take().Documents.Count.ShouldBe(5_000);
        _unviewed.IsDue.ShouldBeFalse();
    }
}
