namespace PropsDb.Host.Tests;

public sealed class ChangeMessageTests(PropsDbServer server)
{
    [Theory]
    [InlineData("a", 500, 201)]
    [InlineData("a", 501, 400)]
    [InlineData("%F0%9F%98%80", 500, 201)]
    [InlineData("%F0%9F%98%80", 501, 400)]
    [InlineData("%20", 500, 201)]
    public async Task A_message_has_at_most_500_characters(string character, int times, int status)
    {
        var answer = await server.NewUser().Post("user/d", "{}", ("X-Change-Message", string.Concat(Enumerable.Repeat(character, times))));
        answer.Status.ShouldBe(status, answer.ToString());
        if (status == 400) answer.ShouldBeProblem(400, "invalid_header");
    }

    [Theory]
    [InlineData("%")]
    [InlineData("%4")]
    [InlineData("%zz")]
    [InlineData("%FF")]
    [InlineData("%ED%A0%80")]
    [InlineData("%00")]
    public async Task A_message_is_percent_encoded_UTF_8(string message)
    {
        var alice = server.NewUser();
        (await alice.Post("user/d", "{}", ("X-Change-Message", message))).ShouldBeProblem(400, "invalid_header");
        (await alice.Get("user/d")).Status.ShouldBe(404);
    }
}
