namespace PropsDb.Events.Tests;

public sealed class LimitTests
{
    private static Limits Properties(int n) => Limits.Default with { MaxProperties = n };

    private static Limits Bytes(int n) => Limits.Default with { MaxDocumentBytes = n };

    public static TheoryData<string> Adding => ["set", "merge", "patch", "replace", "replace collection", "create collection", "patch collection"];

    // Each makes {"ui":{"theme":"dark","size":2},"net":{}} one property and 8 bytes larger: ,"a":"b" in ui, but "create collection" adds ,"c":{"a":1}.
    private static Operation Add(string how) => how switch
    {
        "set" => Set("/ui/a", "\"b\""),
        "merge" => Merge("""{"ui":{"a":"b"}}"""),
        "patch" => Patch("""[{"op":"add","path":"/ui/a","value":"b"}]"""),
        "replace" => Replace("""{"ui":{"theme":"dark","size":2,"a":"b"},"net":{}}"""),
        "replace collection" => ReplaceAt("ui", """{"theme":"dark","size":2,"a":"b"}"""),
        "create collection" => CreateAt("c", """{"a":1}"""),
        _ => MergeAt("ui", """{"a":"b"}"""),
    };

    [Theory]
    [MemberData(nameof(Adding))]
    public void The_greatest_number_of_properties_is_accepted_and_one_more_is_too_large(string how)
    {
        Scenario.Present.Within(Properties(3)).When(Add(how)).Accepted.Events.ShouldHaveSingleItem();
        Scenario.Present.Within(Properties(2)).When(Add(how)).ThenRejected("too_large");
    }

    [Theory]
    [MemberData(nameof(Adding))]
    public void The_greatest_number_of_bytes_is_accepted_and_one_more_is_too_large(string how)
    {
        var size = Scenario.Present.When(Add(how)).After.Content.Bytes;
        Scenario.Present.Within(Bytes(size)).When(Add(how)).Accepted.Events.ShouldHaveSingleItem();
        Scenario.Present.Within(Bytes(size - 1)).When(Add(how)).ThenRejected("too_large");
    }

    [Fact]
    public void Creation_is_limited_as_well()
    {
        Scenario.Unborn.Within(Properties(2)).When(Create("""{"a":{"x":1},"b":{"y":2}}""")).Then("created", "/a = {\"x\":1}", "/b = {\"y\":2}");
        Scenario.Unborn.Within(Properties(1)).When(Create("""{"a":{"x":1},"b":{"y":2}}""")).ThenRejected("too_large");
        Scenario.Unborn.Within(Bytes(11)).When(Create("""{"a":{"x":1}}""")).ThenRejected("too_large");
        Scenario.Unborn.Within(Bytes(13)).When(Create("""{"a":{"x":1}}""")).Accepted.Events.Count.ShouldBe(2);
    }

    [Fact]
    public void Bytes_are_those_of_the_content_without_blanks_in_UTF_8() =>
        Scenario.Unborn.When(Create("""{"é😀":{"\"\u0001":"\u0041€"}}""")).After.Content.Bytes
            .ShouldBe(Encoding.UTF8.GetByteCount("""{"é😀":{"\"\u0001":"\u0041€"}}"""));

    [Fact]
    public void A_document_that_is_too_large_already_may_shrink_or_stay()
    {
        var small = Scenario.Present.Within(Limits.Default with { MaxProperties = 1, MaxDocumentBytes = 5 });
        small.When(DeleteAt("/ui/theme")).Then("/ui/theme deleted, was 2");
        small.When(Set("/ui/size", "3")).Then("/ui/size = 3, was 2");
        small.When(Set("/ui/size", "33")).ThenRejected("too_large");
        small.When(Delete()).Then("deleted");
    }

    [Fact]
    public void A_restored_document_may_have_what_it_had() =>
        Scenario.Gone.Within(Limits.Default with { MaxProperties = 10, MaxDocumentBytes = 100 }).When(Restore(), Precondition.None).Then("restored");

    [Fact]
    public void The_default_limits_are_those_of_the_contract() =>
        (Limits.Default.MaxRequestBytes, Limits.Default.MaxDocumentBytes, Limits.Default.MaxValueDepth, Limits.Default.MaxProperties, Limits.Default.MaxOperations)
            .ShouldBe((5 * 1024 * 1024, 4 * 1024 * 1024, 64, 10_000, 1_000));

    [Fact]
    public void Ten_thousand_properties_fit_and_one_more_does_not()
    {
        var properties = Enumerable.Range(0, 10_000).Select(i => new NamedValue($"p{i}", Json("1"))).ToList();
        var full = Fold(Document.Unborn, [new DocumentCreated(1, "user", null, "x"), new CollectionSet(1, "ui", properties)]);
        new Write(Key, Set("/ui/p17", "2"), At(1)).Decide(full, null, Limits.Default).ShouldBeOfType<Decision.Accepted>();
        new Write(Key, Set("/ui/q", "2"), At(1)).Decide(full, null, Limits.Default).ShouldBeOfType<Decision.Rejected>().Rejection.Code.ShouldBe("too_large");
    }

    [Fact]
    public void A_merge_is_held_to_the_limits()
    {
        var scenario = Scenario.Present.And(PropertyIs("/ui/b", "1")).Within(Properties(3));
        scenario.When(Set("/ui/c", "1"), At(1), ConflictStrategy.Merge).ThenRejected("too_large");
    }
}
