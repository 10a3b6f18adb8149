using Microsoft.IdentityModel.JsonWebTokens;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests.Ops;

public sealed class TokenCommandTests
{
    private static async Task<(int Code, string Output, string Errors)> Run(ScratchData data, params string[] arguments)
    {
        await using var command = HostProcess.Start(["token", .. arguments], ("PROPSDB__DATA", data.Path));
        return (await command.Exit(), string.Join('\n', command.Output), command.Errors);
    }

    [Fact]
    public async Task A_token_names_the_user_the_roles_the_apps_and_its_end_and_is_all_that_is_printed()
    {
        using var data = new ScratchData();
        var (code, output, errors) = await Run(data, "--user", "alice", "--role", "admin", "--role", "editor", "--app", "*", "--expires", "30m");
        code.ShouldBe(0, errors);
        errors.ShouldBeEmpty();
        var token = new JsonWebToken(output);
        token.Subject.ShouldBe("alice");
        token.Claims.Where(c => c.Type == "roles").Select(c => c.Value).ShouldBe(["admin", "editor"]);
        token.Claims.Single(c => c.Type == "app_id").Value.ShouldBe("*");
        (token.ValidTo - DateTime.UtcNow).TotalMinutes.ShouldBeInRange(29, 30.1);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(data.Path, "jwt.secret")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Without_more_it_is_for_the_default_app_and_an_hour()
    {
        using var data = new ScratchData();
        var (_, output, _) = await Run(data, "--user", "alice", "--PROPSDB:APP=jam-build");
        var token = new JsonWebToken(output);
        token.Claims.Single(c => c.Type == "app_id").Value.ShouldBe("jam-build");
        (token.ValidTo - DateTime.UtcNow).TotalMinutes.ShouldBeInRange(59, 60.1);
    }

    [Fact]
    public void Bad_options_are_refused_with_the_usage_and_exit_code_2()
    {
        using var data = new ScratchData();
        string[][] bad =
        [
            [], ["--user"], ["--user", "a", "--user", "b"], ["--user", "alice", "--expires", "soon"], ["--user", "alice", "--expires", "0s"],
            ["--user", "alice", "--expires", "-1h"], ["--user", "alice", "--expires", "99999999999d"], ["--user", "alice", "--expires", "2000000000d"],
            ["--user", "", "--role", "admin"], ["--user", "alice", "--rol", "admin"], ["--user", "alice", "--app", "Not An App"], ["alice"],
        ];
        foreach (var arguments in bad)
        {
            using var errors = new StringWriter();
            TokenCommand.Run([.. arguments, $"--PROPSDB:DATA={data.Path}"], TextWriter.Null, errors).ShouldBe(ExitCodes.BadSettings, string.Join(' ', arguments));
            errors.ToString().ShouldContain("--user NAME", customMessage: string.Join(' ', arguments));
        }
    }

    [Fact]
    public void There_is_no_token_where_somebody_else_issues_them()
    {
        using var data = new ScratchData();
        using var errors = new StringWriter();
        TokenCommand.Run(["--user", "alice", $"--PROPSDB:DATA={data.Path}", "--PROPSDB:AUTH:AUTHORITY=https://issuer.example.com", "--PROPSDB:AUTH:AUDIENCE=x"], TextWriter.Null, errors)
            .ShouldBe(ExitCodes.BadSettings);
        errors.ToString().ShouldContain("issuer");
    }
}
