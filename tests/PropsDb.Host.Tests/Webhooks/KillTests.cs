using PropsDb.Host.Access;
using PropsDb.Host.Tests.Ops;
using PropsDb.Testing;

namespace PropsDb.Host.Tests.Webhooks;

/// <summary>A node is killed while a receiver has a delivery and has not answered.</summary>
public sealed class KillTests : IDisposable
{
    private readonly ScratchData _data = new();

    public void Dispose() => _data.Dispose();

    private HostProcess Start(string database) => HostProcess.Start(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:PropsDb.Host.Access=Warning"],
        ("PROPSDB__CONNECTIONSTRING", database), ("PROPSDB__DATA", _data.Path), ("PROPSDB__AUTH__JWTSECRET", PropsDbServer.Secret), ("PROPSDB__WEBHOOKS__ALLOW", "127.0.0.1"));

    private static Client Admin(HostProcess host) => host.As(Tokens.Issue(PropsDbServer.SecretBytes, "root", ["admin"], ["default"], TimeProvider.System.GetUtcNow().AddHours(1)));

    [Fact]
    public async Task What_was_not_answered_comes_again_with_the_same_id_and_before_what_is_behind_it()
    {
        var database = await (await TestPostgres.Shared(CancellationToken.None)).CreateDatabase("hooked", CancellationToken.None);
        await using var receiver = await Receiver.Start();
        var isHanging = true;
        receiver.Answer = async (_, http) =>
        {
            if (isHanging) await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return 200;
        };
        await using var killed = Start(database);
        await killed.Ready();
        (await Admin(killed).Put("_webhooks/hook", $$"""{"url":"{{receiver.Url}}"}""")).Status.ShouldBe(201);
        for (var v = 0; v < 3; v++) (await Admin(killed).Put("shared/d/c/p", $$"""{"version":{{v}},"value":{{v}}}""")).Status.ShouldBe(v == 0 ? 201 : 200);
        await receiver.Until(1);
        killed.Kill();
        await killed.Exit();
        isHanging = false;

        await using var next = Start(database);
        await next.Ready();
        await receiver.Until(4);
        await Task.Delay(2_000);

        receiver.What.ShouldBe(["d 1", "d 1", "d 2", "d 3"]);
        receiver.All[1].Id.ShouldBe(receiver.All[0].Id);
        receiver.All[1].Body.ShouldBe(receiver.All[0].Body);
    }
}
