namespace PropsDb.Events.Tests;

public sealed class OrderTests
{
    private static Scenario Abc => Scenario.Given(Created, CollectionIs("a", """{"x":1,"y":2,"z":3}"""), CollectionIs("b", "{}"), CollectionIs("c", "{}"));

    [Theory]
    [InlineData("""{"a":{"x":1,"y":2,"z":3},"b":{},"c":{}}""")]
    [InlineData("""{"b":{},"a":{"x":1,"y":2,"z":3},"c":{}}""", "order b a c")]
    [InlineData("""{"a":{"z":3,"x":1,"y":2},"b":{},"c":{}}""", "/a order z x y")]
    [InlineData("""{"c":{},"b":{},"a":{"y":2,"x":1,"z":3}}""", "/a order y x z", "order c b a")]
    [InlineData("""{"a":{"y":2,"z":3},"b":{},"c":{}}""", "/a/x deleted, was 2")]
    [InlineData("""{"a":{"x":1,"y":2,"z":3},"c":{}}""", "/b deleted, was 3")]
    [InlineData("""{"a":{"x":1,"y":2,"z":3,"w":4},"b":{},"c":{}}""", "/a/w = 4, was 0")]
    [InlineData("""{"a":{"w":4,"x":1,"y":2,"z":3},"b":{},"c":{}}""", "/a/w = 4, was 0", "/a order w x y z")]
    [InlineData("""{"a":{"x":1,"y":2,"z":3},"d":{},"b":{},"c":{}}""", "/d = {}", "order a d b c")]
    [InlineData("""{"a":{"x":1,"y":2,"z":3},"b":{},"c":{},"d":{},"e":{}}""", "/d = {}", "/e = {}")]
    [InlineData("""{"a":{"z":3,"v":0,"y":2.0},"b":{},"c":{}}""", "/a/x deleted, was 2", "/a/v = 0, was 0", "/a order z v y")]
    [InlineData("""{"a":{"x":1,"z":30,"y":2},"b":{},"c":{}}""", "/a/z = 30, was 2", "/a order x z y")]
    public void A_PUT_of_the_whole_takes_the_order_given(string content, params string[] events) => Abc.When(Replace(content)).Then(events).ThenContent(content.Replace("2.0", "2"));

    [Theory]
    [InlineData("""{"x":1,"y":2,"z":3}""")]
    [InlineData("""{"z":3,"y":2,"x":1}""", "/a order z y x")]
    [InlineData("""{"z":3,"x":1}""", "/a/y deleted, was 2", "/a order z x")]
    [InlineData("""{"x":1,"y":2,"z":3,"w":4}""", "/a/w = 4, was 0")]
    public void A_PUT_of_a_collection_takes_the_order_given(string properties, params string[] events) => Abc.When(ReplaceAt("a", properties)).Then(events);

    [Fact]
    public void A_replaced_collection_stays_in_its_place() => Abc.When(ReplaceAt("a", "{}")).ThenContent("""{"a":{},"b":{},"c":{}}""");

    [Fact]
    public void A_merge_patch_changes_no_order() =>
        Abc.When(Merge("""{"c":{"q":1},"a":{"z":4,"x":5}}""")).ThenContent("""{"a":{"x":5,"y":2,"z":4},"b":{},"c":{"q":1}}""");

    [Fact]
    public void An_order_alone_is_a_new_version_of_the_document_and_of_the_collection()
    {
        var after = Abc.When(ReplaceAt("a", """{"y":2,"x":1,"z":3}""")).After;
        (after.Version, after.Content["a"]!.Commit.Version, after.Content["b"]!.Commit.Version).ShouldBe((2, 2, 1));
        after.Content["a"]!.Properties.ShouldAllBe(p => p.Value.Commit.Version == 1);
    }

    [Fact]
    public void The_order_of_collections_is_a_new_version_of_the_document_alone()
    {
        var after = Abc.When(Replace("""{"c":{},"b":{},"a":{"x":1,"y":2,"z":3}}""")).After;
        (after.Version, after.Content["a"]!.Commit.Version).ShouldBe((2, 1));
    }
}
