using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests.Ops;

public sealed class EraseCommandTests
{
    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (await EraseCommand.Run(arguments, output, errors), output.ToString(), errors.ToString());
    }

    [Fact]
    public async Task A_former_value_is_erased_while_the_service_runs_and_the_chain_still_verifies()
    {
        await using var server = new PropsDbServer();
        await server.InitializeAsync();
        var alice = await server.As("alice").Holding("user/settings", """{"ui":{"theme":"a secret","scale":2}}""");
        (await alice.Put("user/settings/ui/theme", """{"version":1,"value":"light"}""")).Status.ShouldBe(200);
        var admin = server.As("root", "admin");
        var head = await admin.Get("_audit/_head");
        string[] where = ["--tier", "user", "--owner", "alice", "--document", "settings", "--path", "/ui/theme", $"--PROPSDB:CONNECTIONSTRING={server.ConnectionString}"];

        var current = await Run([.. where, "--version", "2"]);
        (current.Code, current.Errors).ShouldBe((1, "This is the property's value now. Delete it, or give it another, and erase it then." + Environment.NewLine));
        var erased = await Run([.. where, "--version", "1"]);
        (erased.Code, erased.Output).ShouldBe((0, "Erased, as set in version 1." + Environment.NewLine), erased.Errors);
        (await Run([.. where, "--version", "1"])).Code.ShouldBe(1);

        var lines = (await admin.Get("_audit?document=settings")).Body;
        lines.ShouldNotContain("a secret");
        lines.ShouldContain("\"name\":\"theme\",\"value\":null,\"erased\":true,\"digest\":");
        lines.ShouldContain("\"by\":\"operator\",\"action\":\"value_erased\"");
        (await alice.Get("user/settings?version=1&shape=object")).Body.ShouldContain("\"theme\":null");
        (await alice.Get("user/settings/_events")).Body.ShouldContain("\"type\":\"value_erased\"");
        (await alice.Get("user/settings/_history")).Json.GetProperty("history").GetArrayLength().ShouldBe(2);
        var verified = await admin.Post("_audit/_verify", $$"""{"head":{{head.Body}}}""");
        verified.Json.GetProperty("valid").GetBoolean().ShouldBeTrue(verified.ToString());
        (await alice.Put("user/settings/ui/theme", """{"version":2,"value":"dark"}""")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Bad_options_are_refused_with_the_usage()
    {
        string[][] bad =
        [
            [], ["--tier", "user"], ["--tier", "user", "--document", "d", "--path", "/ui"], ["--tier", "user", "--document", "d", "--path", "ui/theme"],
            ["--tier", "user", "--document", "d", "--path", "/ui/theme", "--version", "x"], ["--tier", "user", "--tier", "app", "--document", "d", "--path", "/ui/theme"],
            ["--tier", "user", "--document", "d", "--path", "/ui/theme", "--all"],
        ];
        foreach (var arguments in bad)
        {
            var (code, _, errors) = await Run(arguments);
            code.ShouldBe(ExitCodes.BadSettings, string.Join(' ', arguments));
            errors.ShouldContain("erase [--app", customMessage: string.Join(' ', arguments));
        }
    }
}
