namespace PropsDb.Host.Tests.Ops;

public sealed class ProxyTests
{
    [Theory]
    [InlineData("127.0.0.0/8", true), InlineData("127.0.0.1", true), InlineData("10.0.0.0/8", false)]
    public async Task Only_a_listed_proxy_is_believed_that_the_request_came_by_TLS(string trusted, bool isBelieved)
    {
        await using var server = new PropsDbServer { Settings = [$"--PROPSDB:TRUSTEDPROXIES={trusted}"] };
        await server.InitializeAsync();
        foreach (var path in new[] { "/", "/absent" })
        {
            var answer = await server.Anonymous.Get(path, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.7"));
            answer.Header("Strict-Transport-Security").ShouldBe(isBelieved ? "max-age=31536000" : null, path);
        }
    }
}
