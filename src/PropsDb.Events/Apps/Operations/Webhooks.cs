namespace PropsDb.Events.Apps.Operations;

/// <summary>The webhook is there as this says. One that was there before keeps its secret and goes on where it is.</summary>
public sealed record DefineWebhook(WebhookDefined Defined) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at)
    {
        if (app.Webhooks.TryGetValue(Defined.Webhook, out var old))
        {
            if ((old.Url, old.Tier, old.Document) == (Defined.Url, Defined.Tier, Defined.Document)) return Ruling.NoChange;
            // Nobody draws the same secret twice: the request repeats the one that made the webhook, and must not undo what came after it.
            if (old.Secret.Hash == Defined.Hash) return Refuse("idempotency_mismatch", "The key was used for another request, or the webhook has been changed since.");
            return new WebhookChanged(Defined.Webhook, Defined.Url, Defined.Tier, Defined.Document);
        }
        return app.Webhooks.Count < Webhook.MaxPerApp ? Defined : Refuse("too_large", $"An app has at most {Webhook.MaxPerApp} webhooks.");
    }
}

public sealed record RotateWebhookSecret(WebhookSecretRotated Rotated) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at)
    {
        if (!app.Webhooks.TryGetValue(Rotated.Webhook, out var webhook)) return NotFound;
        // Nobody draws the same secret twice: the request is a repetition.
        return Rotated.Hash == webhook.Secret.Hash || Rotated.Hash == webhook.Previous?.Hash ? Ruling.NoChange : Rotated;
    }
}

public sealed record ReplayWebhook(string Name, string From) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => app.Webhooks.ContainsKey(Name) ? new WebhookReplayed(Name, From) : NotFound;
}

public sealed record RemoveWebhook(string Name) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => app.Webhooks.ContainsKey(Name) ? new WebhookRemoved(Name) : NotFound;
}
