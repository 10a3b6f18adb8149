using PropsDb.Events.Apps.Operations;
using static PropsDb.Events.Tests.AppScenario;

namespace PropsDb.Events.Tests;

/// <summary>What administrators may ask of an app and its tiers, keys, roles and plans.</summary>
public sealed class AppOperationTests
{
    [Fact]
    public void An_app_begins_with_the_tiers_that_are_asked_for()
    {
        var app = Unregistered.When(new RegisterApp("Jam", ["user", "app"])).Then(new AppRegistered("Jam"), RegisterApp.DefaultTiers[0], RegisterApp.DefaultTiers[1]).After;
        (app.Name, app.IsActive, app.StreamVersion).ShouldBe(("Jam", true, 3));
        app.Tiers.Keys.ShouldBe(["app", "user"], ignoreOrder: true);
        Unregistered.When(new RegisterApp("Jam", [])).Then(new AppRegistered("Jam"));
    }

    [Fact]
    public void An_id_is_registered_once_also_where_its_app_is_closed()
    {
        Registered.When(new RegisterApp("Jam", [])).ThenRefused("already_exists");
        Registered.And(new AppDeactivated()).When(new RegisterApp("Jam", [])).ThenRefused("already_exists");
    }

    [Fact]
    public void Renaming_closing_and_opening_say_only_what_changes()
    {
        Registered.When(new UpdateApp { Name = "Jam" }).ThenNothing();
        Registered.When(new UpdateApp()).ThenNothing();
        Registered.When(new UpdateApp { Name = "Marmalade", IsActive = false }).Then(new AppRenamed("Marmalade"), new AppDeactivated());
        Registered.When(new UpdateApp { IsActive = true }).ThenNothing();
        var closed = Registered.And(new AppDeactivated());
        closed.State.IsActive.ShouldBeFalse();
        closed.When(new UpdateApp { IsActive = false }).ThenNothing();
        closed.When(new UpdateApp { IsActive = true }).Then(new AppActivated()).After.IsActive.ShouldBeTrue();
    }

    [Fact]
    public void An_issuer_is_set_changed_and_taken_away()
    {
        var issuer = new Issuer("https://id.example", null, null, null, "jam");
        Registered.When(new UpdateApp { Issuer = issuer }).ThenNothing();
        var app = Registered.When(new UpdateApp { ChangesIssuer = true, Issuer = issuer }).Then(new IssuerChanged(issuer)).After;
        app.Issuer.ShouldBe(issuer);
        var set = Registered.And(new IssuerChanged(issuer));
        set.When(new UpdateApp { ChangesIssuer = true, Issuer = issuer with { } }).ThenNothing();
        set.When(new UpdateApp { ChangesIssuer = true }).Then(new IssuerChanged(null)).After.Issuer.ShouldBeNull();
    }

    [Fact]
    public void A_payment_provider_is_believed_from_its_secret_on()
    {
        static UpdateApp Providers(string? secret) => new() { PaymentSecrets = ImmutableDictionary<string, string?>.Empty.Add("stripe", secret) };
        Registered.When(Providers(null)).ThenNothing();
        Registered.When(Providers("sealed")).Then(new PaymentProviderChanged("stripe", "sealed")).After.PaymentSecrets["stripe"].ShouldBe("sealed");
        Registered.And(new PaymentProviderChanged("stripe", "sealed")).When(Providers(null)).Then(new PaymentProviderChanged("stripe", null)).After.PaymentSecrets.ShouldBeEmpty();
    }

    [Fact]
    public void A_tier_is_defined_once_and_again_only_where_something_is_different()
    {
        var notes = Tier("notes", "shared", new TierPermission("editor", true, true, false));
        var app = Registered.When(new DefineTier(notes, false)).Then(notes).After;
        (app.Tiers["notes"].Type, app.Tiers["notes"].Permissions.Single().Role).ShouldBe((TierType.Shared, "editor"));
        var with = Registered.And(notes);
        with.When(new DefineTier(notes with { Permissions = [new("editor", true, true, false)] }, true)).ThenNothing();
        foreach (var other in new[] { notes with { Description = "x" }, notes with { Strategy = "merge" }, notes with { RequireVersion = false }, notes with { Permissions = [] } })
            with.When(new DefineTier(other, true)).Then(other);
    }

    [Fact]
    public void A_tier_with_documents_keeps_its_type_and_stays()
    {
        var with = Registered.And(Tier("notes", "shared"));
        var single = Tier("notes", "singleton");
        with.When(new DefineTier(single, HoldsDocuments: true)).ThenRefused("not_empty");
        with.When(new DefineTier(single, HoldsDocuments: false)).Then(single);
        with.When(new RemoveTier("notes", HoldsDocuments: true)).ThenRefused("not_empty");
        with.When(new RemoveTier("notes", HoldsDocuments: false)).Then(new TierRemoved("notes")).After.Tier("notes").ShouldBeNull();
        Registered.When(new RemoveTier("notes", HoldsDocuments: true)).ThenRefused("not_found");
    }

    [Fact]
    public void A_tier_is_granted_to_another_app_and_no_tier_of_users_is()
    {
        var with = Registered.And(Tier("notes", "shared"), Tier("own", "per_user"));
        with.When(new GrantTier("notes", "pear")).Then(new TierGranted("notes", "pear")).After.Tiers["notes"].ReadableBy.ShouldBe(["pear"]);
        with.When(new GrantTier("own", "pear")).ThenRefused("invalid_value");
        with.When(new GrantTier("notes", "jam")).ThenRefused("invalid_value");
        with.When(new GrantTier("absent", "pear")).ThenRefused("not_found");
        var granted = with.And(new TierGranted("notes", "pear"));
        granted.When(new GrantTier("notes", "pear")).ThenNothing();
        granted.When(new DefineTier(Tier("notes", "per_user"), false)).ThenRefused("not_empty");
        granted.When(new DefineTier(Tier("notes", "singleton"), false)).After.Tiers["notes"].ReadableBy.ShouldBe(["pear"]);
        granted.When(new RevokeTierGrant("notes", "plum")).ThenRefused("not_found");
        granted.When(new RevokeTierGrant("notes", "pear")).Then(new TierGrantRevoked("notes", "pear")).After.Tiers["notes"].ReadableBy.ShouldBeEmpty();
    }

    [Fact]
    public void Roles_and_plans_are_described_and_removed()
    {
        Registered.When(new DefineRole("editor", "Edits")).Then(new RoleDefined("editor", "Edits")).After.Roles["editor"].ShouldBe("Edits");
        Registered.When(new DefineRole("editor", null)).Then(new RoleDefined("editor", null));
        Registered.When(new RemoveRole("editor")).ThenRefused("not_found");
        var with = Registered.And(new RoleDefined("editor", "Edits"), new PlanDefined("gold", ["editor", "vip"]));
        with.When(new DefineRole("editor", "Edits")).ThenNothing();
        with.When(new RemoveRole("editor")).Then(new RoleRemoved("editor")).After.Roles.ShouldBeEmpty();
        with.When(new DefinePlan("gold", ["editor", "vip"])).ThenNothing();
        with.When(new DefinePlan("gold", ["vip"])).After.Plans["gold"].ShouldBe(["vip"]);
        with.When(new RemovePlan("gold")).Then(new PlanRemoved("gold")).After.Plans.ShouldBeEmpty();
        Registered.When(new RemovePlan("gold")).ThenRefused("not_found");
    }

    [Fact]
    public void A_key_is_issued_once_and_repeated_only_as_it_was()
    {
        var key = Key("k1", new KeyScope("notes", true, false, false));
        var app = Registered.When(new IssueKey(key)).Then(key).After.Keys["k1"];
        (app.Prefix, app.Hash, app.IssuedAt, app.IssuedBy).ShouldBe(("propsdb_jam_k1", "hash of k1", Now, "root"));
        var with = Registered.And(key);
        with.When(new IssueKey(key with { Scopes = [new("notes", true, false, false)] })).ThenNothing();
        with.When(new IssueKey(key with { Name = "other" })).ThenRefused("idempotency_mismatch");
        with.When(new IssueKey(key with { Scopes = [] })).ThenRefused("idempotency_mismatch");
        with.When(new RevokeKey("k1")).Then(new KeyRevoked("k1"));
        Registered.When(new RevokeKey("k1")).ThenRefused("not_found");
        with.And(new KeyRevoked("k1")).When(new IssueKey(key)).ThenRefused("already_exists");
        with.And(new KeyRevoked("k1")).When(new RevokeKey("k1")).ThenRefused("not_found");
    }

    [Fact]
    public void A_webhook_is_defined_changed_told_to_begin_anew_and_removed()
    {
        var defined = new WebhookDefined("hook", "https://a", "user", null, "sealed", "hash", "from");
        var hook = Registered.When(new DefineWebhook(defined)).Then(defined).After.Webhooks["hook"];
        (hook.Secret, hook.From, hook.CreatedAt, hook.CreatedBy).ShouldBe((new WebhookSecret("sealed", "hash"), "from", Now, "root"));
        (hook.BeginsAt, hook.Number).ShouldBe((hook.Number, hook.BeginsAt));
        var with = Registered.And(defined);
        var again = defined with { SealedSecret = "other", Hash = "other", From = "elsewhere" };
        with.When(new DefineWebhook(again)).ThenNothing();
        with.When(new DefineWebhook(defined with { Url = "https://b" })).ThenRefused("idempotency_mismatch");
        var changed = with.When(new DefineWebhook(again with { Url = "https://b", Tier = null })).Then(new WebhookChanged("hook", "https://b", null, null)).After.Webhooks["hook"];
        (changed.Url, changed.Tier, changed.Secret, changed.From, changed.BeginsAt).ShouldBe(("https://b", null, hook.Secret, "from", hook.BeginsAt));
        var replayed = with.When(new ReplayWebhook("hook", "there")).Then(new WebhookReplayed("hook", "there")).After.Webhooks["hook"];
        (replayed.From, replayed.BeginsAt > hook.BeginsAt, replayed.Number).ShouldBe(("there", true, hook.Number));
        with.When(new RemoveWebhook("hook")).Then(new WebhookRemoved("hook")).After.Webhooks.ShouldBeEmpty();
        with.And(new WebhookRemoved("hook")).When(new DefineWebhook(defined)).After.Webhooks["hook"].Number.ShouldBeGreaterThan(hook.Number);
        Registered.When(new RemoveWebhook("hook")).ThenRefused("not_found");
        Registered.When(new ReplayWebhook("hook", "there")).ThenRefused("not_found");
    }

    [Fact]
    public void The_secret_before_is_good_until_its_instant()
    {
        var defined = new WebhookDefined("hook", "https://a", null, null, "old", "old hash", "from");
        var rotated = new WebhookSecretRotated("hook", "new", "new hash", Now.AddHours(1));
        var hook = Registered.And(defined).When(new RotateWebhookSecret(rotated)).Then(rotated).After.Webhooks["hook"];
        hook.Secrets(Now.AddHours(1).AddTicks(-1)).ShouldBe(["new", "old"]);
        hook.Secrets(Now.AddHours(1)).ShouldBe(["new"]);
        Registered.And(defined, rotated).When(new RotateWebhookSecret(rotated)).ThenNothing();
        Registered.When(new RotateWebhookSecret(rotated)).ThenRefused("not_found");
    }

    [Fact]
    public void An_app_has_at_most_100_webhooks()
    {
        var all = Enumerable.Range(0, 100).Select(i => new WebhookDefined($"hook-{i}", "https://a", null, null, "sealed", "hash", "from")).ToArray();
        Registered.And([.. all[..99]]).When(new DefineWebhook(all[99])).Then(all[99]);
        Registered.And([.. all]).When(new DefineWebhook(all[0] with { Webhook = "another" })).ThenRefused("too_large");
    }
}
