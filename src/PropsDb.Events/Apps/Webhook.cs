namespace PropsDb.Events.Apps;

/// <summary>What deliveries are signed with.</summary>
/// <param name="Hash">SHA-256 of the secret, in hexadecimal.</param>
public sealed record WebhookSecret(string Sealed, string Hash);

/// <summary>A URL to which the changes of an app are posted, all or those of one tier or of one document's name.</summary>
/// <param name="Number">The place in the app's stream at which it was defined: another webhook of the name has another.</param>
public sealed record Webhook(string Name, string Url, string? Tier, string? Document, WebhookSecret Secret, long Number, DateTimeOffset CreatedAt, string CreatedBy)
{
    public const int MaxPerApp = 100;

    /// <summary>The position after which deliveries begin, or were last told to begin anew.</summary>
    public required string From { get; init; }

    /// <summary>The place in the app's stream at which that was said.</summary>
    public required long BeginsAt { get; init; }

    public WebhookSecret? Previous { get; init; }
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Who it is when it asks for a change: the app itself, as a key without scopes is.</summary>
    public Caller Caller(string app) => Apps.Caller.Of(new AppKey("webhook:" + Name, Name, "", "", [], CreatedAt, CreatedBy), app);

    /// <summary>The sealed secrets that a delivery is signed with.</summary>
    public IEnumerable<string> Secrets(DateTimeOffset at) => Previous is not null && at < PreviousUntil ? [Secret.Sealed, Previous.Sealed] : [Secret.Sealed];

    public Webhook With(WebhookSecret secret, DateTimeOffset previousUntil) => this with { Secret = secret, Previous = Secret, PreviousUntil = previousUntil };

    public static Webhook Of(WebhookDefined defined, long number, DateTimeOffset at, string by) =>
        new(defined.Webhook, defined.Url, defined.Tier, defined.Document, new WebhookSecret(defined.SealedSecret, defined.Hash), number, at, by) { From = defined.From, BeginsAt = number };
}
