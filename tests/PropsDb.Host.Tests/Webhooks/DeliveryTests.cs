namespace PropsDb.Host.Tests.Webhooks;

/// <summary>What a webhook is set up for: every change, signed, in order.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task Each_commit_is_posted_as_its_change_message_signed_and_numbered()
    {
        await using var app = await HookedApp.Start();
        await app.Set("before", 1);
        await app.Hook();
        for (var v = 1; v <= 3; v++) await app.Set("d", v, $"1.{v}0");
        await app.Receiver.Until(3);

        var (told, page) = (app.Receiver.All, (await app.Alice.Get("user/d/_changes")).Json.GetProperty("changes"));
        for (var i = 0; i < 3; i++)
        {
            told[i].Body.ShouldBe(page[i].GetRawText());
            told[i].Headers["Content-Type"].ShouldBe("application/json");
            told[i].Headers["X-PropsDb-Webhook"].ShouldBe("hook");
            told[i].Headers["X-PropsDb-Position"].ShouldBe(page[i].GetProperty("position").GetString());
            told[i].Headers["X-PropsDb-Attempt"].ShouldBe("1");
            told[i].Headers["Idempotency-Key"].ShouldBe(told[i].Id);
            told[i].IsSignedWith(app.Secret).ShouldBeTrue();
            told[i].IsSignedWith(app.Secret + "0").ShouldBeFalse();
            told[i].Headers["X-PropsDb-Signature"].ShouldStartWith($"t={app.Server.Time.GetUtcNow().ToUnixTimeSeconds()},v1=");
        }
        told.Select(t => t.Id).ShouldBeUnique();
        await app.Until(s => s.GetProperty("waiting").GetInt32() == 0, "nothing waits");
        var state = await app.State();
        state.GetProperty("state").GetString().ShouldBe("ok");
        state.GetProperty("last_delivered_at").GetString().ShouldNotBeNull();
        var position = state.GetProperty("position").GetString();
        (await app.Admin.Get($"user/_changes?since={position}")).Json.GetProperty("changes").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Many_writers_of_many_documents_are_told_of_once_and_in_order()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        const int Documents = 12, Versions = 25;
        app.Receiver.Answer = async (r, _) =>
        {
            await Task.Delay((int)(r.Version * 7 % 5));
            return 200;
        };
        await Task.WhenAll(Enumerable.Range(0, Documents).Select(async d =>
        {
            for (var v = 1; v <= Versions; v++) await app.Set($"d{d}", v);
        }));
        await app.Receiver.Until(Documents * Versions);

        foreach (var document in app.Receiver.All.GroupBy(r => r.Document)) document.Select(r => r.Version).ShouldBe(Enumerable.Range(1, Versions).Select(v => (long)v), document.Key);
    }

    [Fact]
    public async Task It_can_begin_at_the_beginning_and_be_of_one_tier_or_document()
    {
        await using var app = await HookedApp.Start();
        await app.Set("a", 1);
        await app.Set("b", 1);
        (await app.Alice.Post("shared/a", """{"collections":{}}""")).Status.ShouldBe(201);
        await app.Hook(""","tier":"user","document":"a","from":"" """, "one");
        await app.Hook(""","tier":"shared","from":"" """, "two");
        await app.Set("a", 2);
        await app.Receiver.Until(3);
        await Task.Delay(500);

        app.Receiver.All.Where(r => r.Headers["X-PropsDb-Webhook"] == "one").Select(r => r.What).ShouldBe(["a 1", "a 2"]);
        app.Receiver.All.Where(r => r.Headers["X-PropsDb-Webhook"] == "two").Select(r => (r.What, r.Json.GetProperty("tier").GetString())).ShouldBe([("a 1", "shared")]);
    }

    [Fact]
    public async Task Another_app_s_changes_are_not_told()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        (await app.Server.Root().Post("/api/v1/_apps", """{"id":"other"}""")).Status.ShouldBe(201);
        (await app.Server.With(app.Server.AppToken("other", "bob")).Post("/api/v1/other/user/hidden", """{"collections":{}}""")).Status.ShouldBe(201);
        await app.Set("d", 1);
        await app.Receiver.Until(1);
        await Task.Delay(500);

        app.Receiver.What.ShouldBe(["d 1"]);
    }

    [Fact]
    public async Task What_waits_outlives_a_restart()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        await app.Receiver.Close();
        for (var v = 1; v <= 3; v++) await app.Set("d", v);
        await app.Until(s => s.GetProperty("failures").GetArrayLength() == 1, "the first attempt failed");
        await app.Server.DisposeAsync();
        await app.Receiver.Open();

        await using var next = await HookedApp.On(app.Server.ConnectionString);
        next.Server.Time.Advance(TimeSpan.FromMinutes(1));
        await app.Receiver.Until(3);

        app.Receiver.What.ShouldBe(["d 1", "d 2", "d 3"]);
        app.Receiver.All.ShouldAllBe(r => r.IsSignedWith(app.Secret));
    }

    [Fact]
    public async Task What_waits_without_a_message_is_found()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        await app.Receiver.Close();
        await app.Set("d", 1);
        await app.Until(s => s.GetProperty("failures").GetArrayLength() == 1, "the first attempt failed");
        await Task.Delay(200);
        await Expiring.Facts.ForgetMessages(app.Server.ConnectionString);
        await app.Receiver.Open();
        await Eventually.So(() => Task.FromResult(app.Receiver.All.Count > 0), () => "it was not found", () => app.Server.Time.Advance(TimeSpan.FromSeconds(1)));

        app.Receiver.What.ShouldBe(["d 1"]);
    }

    [Fact]
    public async Task Two_nodes_make_each_delivery_once()
    {
        await using var app = await HookedApp.Start("--PROPSDB:CLUSTER=true");
        await using var other = await HookedApp.On(app.Server.ConnectionString, "--PROPSDB:CLUSTER=true");
        await app.Hook();
        const int Documents = 6, Versions = 20;
        await Task.WhenAll(Enumerable.Range(0, Documents).Select(async d =>
        {
            for (var v = 1; v <= Versions; v++) await (v % 2 == 0 ? app : other).Set($"d{d}", v);
        }));
        await app.Receiver.Until(Documents * Versions);
        await Task.Delay(1_000);

        app.Receiver.All.Select(r => r.Id).ShouldBeUnique();
        foreach (var document in app.Receiver.All.GroupBy(r => r.Document)) document.Select(r => r.Version).ShouldBe(Enumerable.Range(1, Versions).Select(v => (long)v), document.Key);
    }

    [Fact]
    public async Task A_webhook_that_is_removed_or_whose_app_is_closed_is_told_no_more()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        await app.Set("d", 1);
        await app.Receiver.Until(1);
        (await app.Server.Root().Delete("/api/v1/_apps/default")).Status.ShouldBe(204);
        (await app.Server.Root().Send(HttpMethod.Patch, "/api/v1/_apps/default", """{"is_active":true}""", "application/json")).Status.ShouldBe(200);
        await app.Set("d", 2);
        await app.Receiver.Until(2);
        (await app.Admin.Delete("_webhooks/hook")).Status.ShouldBe(204);
        await app.Set("d", 3);
        await Task.Delay(1_500);
        app.Receiver.What.ShouldBe(["d 1", "d 2"]);
        (await app.Admin.Get("_webhooks/hook")).ShouldBeProblem(404, "not_found");

        // Another of the same name begins anew.
        await app.Hook();
        await app.Set("d", 4);
        await app.Receiver.Until(3);
        app.Receiver.What.ShouldBe(["d 1", "d 2", "d 4"]);
    }
}
