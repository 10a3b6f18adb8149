namespace PropsDb.Host.Tests;

public sealed class AddressingTests(AddressingTests.Domain domain) : IClassFixture<AddressingTests.Domain>
{
    public sealed class Domain : IAsyncLifetime
    {
        public PropsDbServer Server { get; } = new() { Settings = ["--PROPSDB:DOMAIN=props.test"] };
        public ValueTask InitializeAsync() => Server.InitializeAsync();
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Theory]
    [InlineData("/api/v1/default/user/d", null, null)]
    [InlineData("/api/v1/user/d", null, null)]
    [InlineData("/api/v1/user/d", "default", null)]
    [InlineData("/api/v1/default/user/d", "default", null)]
    [InlineData("/api/v1/user/d", null, "default.props.test")]
    [InlineData("/api/v1/user/d", null, "DEFAULT.Props.Test:5080")]
    [InlineData("/api/v1/default/user/d", null, "default.props.test")]
    [InlineData("/api/v1/user/d", "default", "default.props.test")]
    [InlineData("/api/v1/user/d", null, "elsewhere.example")]
    [InlineData("/api/v1/user/d", null, "props.test")]
    [InlineData("/api/v1/%75ser/%64", null, null)]
    [InlineData("/api/v1/user/d/", null, null)]
    public async Task Every_form_names_the_same_document(string path, string? header, string? host)
    {
        var alice = await domain.Server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        var answer = await alice.Get(path, Headers(header, host));
        answer.ShouldBeAt(200, 1);
        answer.Body.ShouldBe((await alice.Get("user/d")).Body);
    }

    [Fact]
    public async Task The_short_form_works_on_every_level_and_with_every_method()
    {
        var alice = domain.Server.NewUser();
        foreach (var header in new (string, string)[][] { [], [("X-App-ID", "default")], [("Host", "default.props.test")] })
        {
            var created = await alice.Post("/api/v1/user/d", "{}", header);
            created.Status.ShouldBe(201, created.ToString());
            created.Header("Location").ShouldBe($"/api/v1/default/user/d?owner={alice.User}");
            (await alice.Put("/api/v1/user/d/ui/a", """{"value":1}""", [.. header, ("If-Match", "*")])).Status.ShouldBe(200);
            (await alice.Get("/api/v1/user/d?path=/ui/a", header)).Status.ShouldBe(200);
            (await alice.Post("/api/v1/user/d/_copy", """{"to":{"document":"e"}}""", header)).Status.ShouldBe(201);
            (await alice.Get("/api/v1/user?limit=1", header)).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(2);
            foreach (var name in "de") (await alice.Delete($"/api/v1/user/{name}", [.. header, ("If-Match", "*")])).Status.ShouldBe(204);
        }
        (await domain.Server.Anonymous.Get("/api/v1/app")).Status.ShouldBe(200);
        (await alice.Get("/api/v1/shared")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("default", "other.props.test")]
    [InlineData("other", "default.props.test")]
    [InlineData("Default", null)]
    [InlineData("user", null)]
    [InlineData("", null)]
    [InlineData("a b", null)]
    [InlineData("default,default", null)]
    public async Task A_header_that_disagrees_or_names_no_app_is_refused(string header, string? host) =>
        (await domain.Server.NewUser().Get("/api/v1/user/d", Headers(header, host))).ShouldBeProblem(400, "invalid_header");

    [Theory]
    [InlineData("/api/v1/user/d", "other", null)]
    [InlineData("/api/v1/user/d", null, "other.props.test")]
    [InlineData("/api/v1/default/user/d", "other", null)]
    [InlineData("/api/v1/other/user/d", null, null)]
    public async Task Another_app_is_another_app_in_every_form(string path, string? header, string? host) =>
        (await domain.Server.NewUser().Get(path, Headers(header, host))).ShouldBeProblem(403, "forbidden");

    [Fact]
    public async Task A_segment_that_is_the_app_but_no_tier_follows_is_a_tier()
    {
        // With the header, default/d is document d of a tier named default.
        (await domain.Server.NewUser().Get("/api/v1/default/d", ("X-App-ID", "default"))).ShouldBeProblem(404, "not_found");
    }

    private static (string, string)[] Headers(string? header, string? host) =>
        [.. new[] { ("X-App-ID", header), ("Host", host) }.Where(h => h.Item2 is not null).Select(h => (h.Item1, h.Item2!))];
}
