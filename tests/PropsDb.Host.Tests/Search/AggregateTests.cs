namespace PropsDb.Host.Tests.Search;

public sealed class AggregateTests(PropsDbServer server)
{
    private async Task<Client> World()
    {
        var alice = server.NewUser();
        foreach (var (name, content) in new[]
        {
            ("a", """{"tags":{"category":"x","size":1.10,"list":["p","q"]}}"""), ("b", """{"tags":{"category":"x","size":2,"list":["q","q"]}}"""),
            ("c", """{"tags":{"category":"y","size":0.000000000000000000000000000000000001}}"""), ("d", """{"tags":{"size":"big"}}"""), ("e", "{}"),
        }) await alice.Holding("user/" + name, content);
        return alice;
    }

    [Theory]
    [InlineData("{}", """{"count":5}""")]
    [InlineData("""{"count":"/tags/size"}""", """{"count":4}""")]
    [InlineData("""{"sum":"/tags/size","min":"/tags/size","max":"/tags/size"}""", """{"count":5,"sum":3.100000000000000000000000000000000001,"min":0.000000000000000000000000000000000001,"max":"big"}""")]
    [InlineData("""{"filter":{"path":"/tags/category","eq":"x"},"avg":"/tags/size"}""", """{"count":2,"avg":1.55}""")]
    [InlineData("""{"sum":"/absent","avg":"/absent"}""", """{"count":5,"sum":null,"avg":null}""")]
    [InlineData("""{"group_by":"/tags/category","max":"/tags/size"}""",
        """{"count":5,"max":"big","groups":[{"value":"x","count":2,"max":2},{"count":2,"max":"big"},{"value":"y","count":1,"max":0.000000000000000000000000000000000001}],"more":false}""")]
    [InlineData("""{"group_by":"/tags/list","limit":1,"filter":{"path":"/tags/list","exists":true}}""", """{"count":2,"groups":[{"value":"q","count":2}],"more":true}""")]
    [InlineData("""{"group_by":"name","filter":{"field":"name","in":["a","b"]}}""", """{"count":2,"groups":[{"value":"a","count":1},{"value":"b","count":1}],"more":false}""")]
    public async Task Documents_are_counted_and_their_numbers_reckoned_with(string body, string expected) =>
        (await (await World()).Post("user/_aggregate", body)).ShouldBeJson(expected);
}
