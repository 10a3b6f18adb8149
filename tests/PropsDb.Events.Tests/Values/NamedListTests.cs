namespace PropsDb.Events.Tests;

/// <summary>Lists around the length at which an array becomes a tree and back are what a plain list of pairs says.</summary>
public sealed class NamedListTests
{
    private sealed record Step(string Op, int Name);

    private static Gen<Step[]> Steps { get; } = Gen.Select(Gen.OneOf("set", "set", "set", "remove", "order"), Gen.Int[0, 60], (op, name) => new Step(op, name)).Array[0, 200];

    [Fact]
    public void Whatever_is_done_it_is_what_a_list_of_pairs_is() => Gen.Select(Gen.Int[0, 50], Steps).Sample((length, steps) =>
    {
        var model = Enumerable.Range(0, length).Select(i => KeyValuePair.Create($"n{i}", $"first {i}")).ToList();
        var list = NamedList<string>.From(model);
        Same(list, model);
        foreach (var (step, i) in steps.Select((s, i) => (s, i)))
        {
            var (name, value) = ($"n{step.Name}", $"value {i}");
            var place = model.FindIndex(p => p.Key == name);
            switch (step.Op)
            {
                case "set":
                    if (place >= 0) model[place] = new(name, value);
                    else model.Add(new(name, value));
                    list = list.With(name, value);
                    break;
                case "remove":
                    model.RemoveAll(p => p.Key == name);
                    list = list.Without(name);
                    break;
                default:
                    model = [.. model.Where(p => p.Key == name), .. model.Where(p => p.Key != name)];
                    list = list.InOrder([name]);
                    break;
            }
            Same(list, model);
        }
    });

    [Fact]
    public void What_was_made_before_stays_as_it_was()
    {
        var before = NamedList<string>.From(Enumerable.Range(0, 32).Select(i => KeyValuePair.Create($"n{i}", "old")));
        var after = before.With("n3", "new").With("n99", "new").Without("n7");
        after.Count.ShouldBe(32);
        (before.Count, before["n3"], before["n99"], before["n7"]).ShouldBe((32, "old", null, "old"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    public void A_name_stands_once(int length) => Should.Throw<ArgumentException>(() =>
        NamedList<string>.From(Enumerable.Range(0, length).Append(0).Select(i => KeyValuePair.Create($"n{i}", ""))));

    private static void Same(NamedList<string> list, List<KeyValuePair<string, string>> model)
    {
        list.Count.ShouldBe(model.Count);
        list.ShouldBe(model);
        list.Names.ShouldBe(model.Select(p => p.Key));
        foreach (var (name, value) in model) list[name].ShouldBe(value);
        model.Select(p => list.Place(p.Key)!.Value).ShouldBeInOrder();
        (list["absent"], list.Place("absent"), list.Contains("absent")).ShouldBe((null, null, false));
    }
}
