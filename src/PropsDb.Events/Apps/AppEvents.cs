namespace PropsDb.Events.Apps;

/// <summary>One fact about how an app is set up, who its users are, or what they were given. Apps and users have streams of their own.</summary>
public abstract record AppEvent;

/// <summary>A fact about one user, in that user's stream.</summary>
public abstract record UserEvent(string User) : AppEvent;

public sealed record AppRegistered(string Name) : AppEvent;

public sealed record AppRenamed(string Name) : AppEvent;

/// <summary>The app is closed to everyone; its data stays.</summary>
public sealed record AppDeactivated : AppEvent;

public sealed record AppActivated : AppEvent;

/// <param name="Issuer">Who signs the tokens of the app's users; null: who the service is set up with.</param>
public sealed record IssuerChanged(Issuer? Issuer) : AppEvent;

/// <param name="SealedSecret">What the provider signs its messages with, sealed; null: the provider is no longer believed.</param>
public sealed record PaymentProviderChanged(string Provider, string? SealedSecret) : AppEvent;

/// <summary>The tier is there as this says, whether it was there before or not.</summary>
/// <param name="Type"><c>singleton</c>, <c>per_user</c> or <c>shared</c>.</param>
/// <param name="Strategy">The conflict strategy where neither request nor document has one, by its name on the wire.</param>
public sealed record TierDefined(
    string Tier, string Type, string? Description, IReadOnlyList<TierPermission> Permissions, string? Strategy, bool RequireVersion) : AppEvent;

public sealed record TierRemoved(string Tier) : AppEvent;

/// <summary>Callers of another app may read the tier.</summary>
public sealed record TierGranted(string Tier, string App) : AppEvent;

public sealed record TierGrantRevoked(string Tier, string App) : AppEvent;

/// <summary>What stands at a path of the tier's documents can be sorted by and compared quickly.</summary>
public sealed record IndexDeclared(string Tier, string Index, string Path) : AppEvent;

public sealed record IndexDropped(string Tier, string Index) : AppEvent;

public sealed record RoleDefined(string Role, string? Description) : AppEvent;

public sealed record RoleRemoved(string Role) : AppEvent;

/// <summary>Who subscribes to the plan has these roles.</summary>
public sealed record PlanDefined(string Plan, IReadOnlyList<string> Roles) : AppEvent;

public sealed record PlanRemoved(string Plan) : AppEvent;

/// <param name="Hash">SHA-256 of the key, in hexadecimal: the key itself is kept nowhere.</param>
/// <param name="Scopes">What the key is good for; none: for every tier.</param>
public sealed record KeyIssued(string Key, string? Name, string Prefix, string Hash, IReadOnlyList<KeyScope> Scopes) : AppEvent;

public sealed record KeyRevoked(string Key) : AppEvent;

/// <summary>Changes are posted to a URL from now on.</summary>
/// <param name="Tier">The only tier whose changes are meant, and <paramref name="Document"/> the only name; null: all.</param>
/// <param name="SealedSecret">What deliveries are signed with, sealed; <paramref name="Hash"/> is its SHA-256, in hexadecimal.</param>
/// <param name="From">The position after which the first delivery comes.</param>
public sealed record WebhookDefined(string Webhook, string Url, string? Tier, string? Document, string SealedSecret, string Hash, string From) : AppEvent;

public sealed record WebhookChanged(string Webhook, string Url, string? Tier, string? Document) : AppEvent;

/// <param name="PreviousUntil">Until then deliveries are signed with the secret before this one as well.</param>
public sealed record WebhookSecretRotated(string Webhook, string SealedSecret, string Hash, DateTimeOffset PreviousUntil) : AppEvent;

/// <summary>Everything after a position is delivered, whether it was before or not.</summary>
public sealed record WebhookReplayed(string Webhook, string From) : AppEvent;

public sealed record WebhookRemoved(string Webhook) : AppEvent;

/// <summary>The user came for the first time.</summary>
public sealed record UserJoined(string User) : UserEvent(User);

public sealed record UserDeactivated(string User) : UserEvent(User);

public sealed record UserActivated(string User) : UserEvent(User);

public sealed record RoleAssigned(string User, string Role, DateTimeOffset? ExpiresAt) : UserEvent(User);

public sealed record RoleRevoked(string User, string Role) : UserEvent(User);

/// <summary>The instant until which the role was assigned has passed. The role ended at that instant, whenever this is recorded.</summary>
public sealed record RoleExpired(string User, string Role) : UserEvent(User);

/// <param name="Source">Who says so: <c>admin</c>, or the payment provider.</param>
/// <param name="AsOf">Since when it is so by the provider's clock; null: an administrator, or nothing final, says so.</param>
public sealed record SubscriptionStarted(string User, string Id, string Plan, DateTimeOffset ExpiresAt, string Source, DateTimeOffset? AsOf = null) : UserEvent(User);

/// <summary>The subscription goes on until another instant, is one to another plan, or is confirmed by the provider as it was.</summary>
public sealed record SubscriptionChanged(string User, string Id, string Plan, DateTimeOffset ExpiresAt, DateTimeOffset? AsOf = null) : UserEvent(User);

/// <param name="Reason"><c>cancelled</c>, or <c>expired</c> where its instant has passed.</param>
public sealed record SubscriptionEnded(string User, string Id, string Reason, DateTimeOffset? AsOf = null) : UserEvent(User);

/// <summary>What events of apps and users are called in the store. A name once released is never changed and never given to another shape.</summary>
public static class AppEventNames
{
    public static IReadOnlyDictionary<Type, string> All { get; } = new Dictionary<Type, string>
    {
        [typeof(AppRegistered)] = "app_registered",
        [typeof(AppRenamed)] = "app_renamed",
        [typeof(AppDeactivated)] = "app_deactivated",
        [typeof(AppActivated)] = "app_activated",
        [typeof(IssuerChanged)] = "issuer_changed",
        [typeof(PaymentProviderChanged)] = "payment_provider_changed",
        [typeof(TierDefined)] = "tier_defined",
        [typeof(TierRemoved)] = "tier_removed",
        [typeof(TierGranted)] = "tier_granted",
        [typeof(TierGrantRevoked)] = "tier_grant_revoked",
        [typeof(IndexDeclared)] = "index_declared",
        [typeof(IndexDropped)] = "index_dropped",
        [typeof(RoleDefined)] = "role_defined",
        [typeof(RoleRemoved)] = "role_removed",
        [typeof(PlanDefined)] = "plan_defined",
        [typeof(PlanRemoved)] = "plan_removed",
        [typeof(KeyIssued)] = "key_issued",
        [typeof(KeyRevoked)] = "key_revoked",
        [typeof(WebhookDefined)] = "webhook_defined",
        [typeof(WebhookChanged)] = "webhook_changed",
        [typeof(WebhookSecretRotated)] = "webhook_secret_rotated",
        [typeof(WebhookReplayed)] = "webhook_replayed",
        [typeof(WebhookRemoved)] = "webhook_removed",
        [typeof(UserJoined)] = "user_joined",
        [typeof(UserDeactivated)] = "user_deactivated",
        [typeof(UserActivated)] = "user_activated",
        [typeof(RoleAssigned)] = "role_assigned",
        [typeof(RoleRevoked)] = "role_revoked",
        [typeof(RoleExpired)] = "role_expired",
        [typeof(SubscriptionStarted)] = "subscription_started",
        [typeof(SubscriptionChanged)] = "subscription_changed",
        [typeof(SubscriptionEnded)] = "subscription_ended",
    };
}
