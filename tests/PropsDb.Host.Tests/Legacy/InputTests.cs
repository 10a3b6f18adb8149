namespace PropsDb.Host.Tests.Legacy;

/// <summary>Bodies that are refused with 400, and which of the two types the refusal has.</summary>
public sealed class InputTests(PropsDbServer server)
{
    private const string Input = "data.validation.input";
    private const string Collections = "data.validation.input.collections";

    [Theory]
    [InlineData(Input, "")]
    [InlineData(Input, "{ bad: data: is: bad }")]
    [InlineData(Input, "{")]
    [InlineData(Input, "[]")]
    [InlineData(Input, "5")]
    [InlineData(Input, "null")]
    [InlineData(Input, "{}")]
    [InlineData(Input, """{"version":0}""")]
    [InlineData(Input, """{"collections":null}""")]
    [InlineData(Input, """{"collections":false}""")]
    [InlineData(Input, """{"collections":0}""")]
    [InlineData(Input, """{"collections":""}""")]
    [InlineData(Input, """{"collections":[]}""")]
    [InlineData(Input, """{"collections":[null,0,false,""]}""")]
    [InlineData(Input, """{"version":-1,"collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":1.5,"collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":9223372036854775808,"collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":"9223372036854775808","collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":1e300,"collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":"x","collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":"","collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":" 1","collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":"-1","collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":"1.0","collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":true,"collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"version":[1],"collections":{"collection":"a"}}""")]
    [InlineData(Input, """{"collections":{"collection":"a","properties":{"x":1,"x":2}}}""")]
    [InlineData(Input, """{"collections":{"collection":"a","properties":{"x":"\ud800"}}}""")]
    [InlineData(Input, """{"collections":{"collection":"a","properties":{"x":1e999}}}""")]
    [InlineData(Collections, """{"collections":5}""")]
    [InlineData(Collections, """{"collections":{}}""")]
    [InlineData(Collections, """{"collections":["a"]}""")]
    [InlineData(Collections, """{"collections":[[]]}""")]
    [InlineData(Collections, """{"collections":[{"collection":"a"},true]}""")]
    [InlineData(Collections, """{"collections":{"collection":5}}""")]
    [InlineData(Collections, """{"collections":{"collection":null}}""")]
    [InlineData(Collections, """{"collections":{"collection":""}}""")]
    [InlineData(Collections, """{"collections":{"collection":" a"}}""")]
    [InlineData(Collections, """{"collections":{"collection":".."}}""")]
    [InlineData(Collections, """{"collections":{"collection":"__version"}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a\u0000"}}""")]
    [InlineData(Collections, """{"collections":{"collection":"e\u0301"}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":{"":1}}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":{"x ":1}}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":[]}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":["x"]}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":"x"}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":false}}""")]
    [InlineData(Collections, """{"collections":{"collection":"a","properties":0}}""")]
    public async Task A_post_that_makes_no_sense_is_400_and_writes_nothing(string type, string body)
    {
        var user = server.NewUser();
        (await user.Merge("home", body)).ShouldBeRefused(400, type);
        (await user.Read("home")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(Input, null)]
    [InlineData(Input, "")]
    [InlineData(Input, "{")]
    [InlineData(Input, "{}")]
    [InlineData(Input, """{"version":1}""")]
    [InlineData(Input, """{"version":1,"deleteDocument":false}""")]
    [InlineData(Input, """{"version":1,"deleteDocument":null,"collections":[]}""")]
    [InlineData(Input, """{"version":1,"deleteDocument":"true"}""")]
    [InlineData(Input, """{"version":1,"deleteDocument":1}""")]
    [InlineData(Input, """{"version":"x","deleteDocument":true}""")]
    [InlineData(Input, """{"version":-1,"collections":{"collection":"a"}}""")]
    [InlineData(Collections, """{"version":1,"collections":{"collection":5}}""")]
    [InlineData(Collections, """{"version":1,"collections":[{"properties":["x"]}]}""")]
    [InlineData(Collections, """{"version":1,"collections":{"collection":"a","properties":"x"}}""")]
    [InlineData(Collections, """{"version":1,"collections":{"collection":"a","properties":{"x":1}}}""")]
    [InlineData(Collections, """{"version":1,"collections":{"collection":"a","properties":[5]}}""")]
    public async Task A_deletion_that_makes_no_sense_is_400_and_deletes_nothing(string type, string? body)
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, """{"x":1}""")).ShouldBeWritten(1, 2);
        (await user.Remove("home", body)).ShouldBeRefused(400, type);
        (await user.Read("home")).Header("X-Document-Version").ShouldBe("1");
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("{"), InlineData("[]"), InlineData("""{"version":"x"}""")]
    public async Task A_deletion_of_a_collection_has_a_body_with_a_version(string? body)
    {
        var user = server.NewUser();
        (await user.Merge("home", 0, """{"x":1}""")).ShouldBeWritten(1, 2);
        (await user.Remove("home/ui", body)).ShouldBeRefused(400, Input);
        (await user.Read("home/ui")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("_home"), InlineData("%20home"), InlineData("a%C2%85b"), InlineData("e%CC%81")]
    public async Task A_document_of_a_bad_name_is_not_begun(string name) => (await server.NewUser().Merge(name, 0, "{}")).ShouldBeRefused(400, Input);

    [Theory]
    [InlineData("text/plain"), InlineData("application/x-www-form-urlencoded"), InlineData(null), InlineData("application/json; charset=latin1")]
    public async Task A_body_that_is_not_sent_as_JSON_is_400(string? mediaType)
    {
        var user = server.NewUser();
        (await user.Send(HttpMethod.Post, "/api/data/user/home", """{"collections":{"collection":"a"}}""", mediaType)).ShouldBeRefused(400, Input);
        (await user.Read("home")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_refusal_says_where_in_the_body_the_fault_is()
    {
        var refused = await server.NewUser().Merge("home", """{"collections":[{"collection":"a"},{"collection":"b","properties":{"x ":1}}]}""");
        refused.Json.GetProperty("message").GetString()!.ShouldContain("/collections/1/properties/x ");
        refused.Json.GetProperty("url").GetString().ShouldBe("/api/data/user/home");
    }
}
