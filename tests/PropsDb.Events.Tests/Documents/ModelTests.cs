namespace PropsDb.Events.Tests;

public sealed class ModelTests
{
    [Fact]
    public void Any_operations_one_after_another_do_what_a_naive_model_does() => Commands.Any.Array[0, 25].Sample(commands =>
    {
        var (model, document, history) = (new Model(), Document.Unborn, new List<DocumentEvent>());
        foreach (var command in commands)
        {
            var before = model.Version;
            var accepted = command.OnModel(model);
            var events = Decide(command, document);
            (events is not null).ShouldBe(accepted, $"{command} is accepted");
            if (events is null) continue;
            events.Count.ShouldBe(model.Version == before ? 0 : events.Count, $"{command} changes nothing on {Show(document)}");
            document = Fold(document, events);
            history.AddRange(events);
            document.Version.ShouldBe(model.Version, command.Text);
            Show(document).ShouldBe(model.ToString(), command.Text);
            ShouldHaveTheVersionsOf(model, document);
        }
        ShouldBeTheSame(Fold(Document.Unborn, history), document);
    }, iter: 500, print: commands => string.Join('\n', commands.Select(c => c.Text)));

    private static IReadOnlyList<DocumentEvent>? Decide(Command command, Document document)
    {
        var write = new Write(Key, command.Operation, At(document.Exists ? document.Version : 0));
        if (write.Decide(document, null, Limits.Default) is not Decision.Accepted accepted) return null;
        Same.Holds(accepted.Draft, accepted.Events);
        return accepted.Events;
    }

    private static void ShouldHaveTheVersionsOf(Model model, Document document)
    {
        foreach (var (name, collection) in document.Visible.Collections)
        {
            collection.Commit.Version.ShouldBe(model.VersionOf(name), name);
            foreach (var (property, entry) in collection.Properties) entry.Commit.Version.ShouldBe(model.VersionOf(name, property), $"{name} {property}");
        }
    }

    private static void ShouldBeTheSame(Document left, Document right)
    {
        (left.Version, left.StreamVersion, left.IsDeleted, left.Created, left.Updated).ShouldBe((right.Version, right.StreamVersion, right.IsDeleted, right.Created, right.Updated));
        (Show(left.Content), left.Content.Bytes, left.Content.PropertyCount).ShouldBe((Show(right.Content), right.Content.Bytes, right.Content.PropertyCount));
    }
}
