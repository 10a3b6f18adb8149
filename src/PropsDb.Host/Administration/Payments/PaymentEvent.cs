using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Administration.Payments;

/// <summary>A provider's message as far as it is understood here.</summary>
/// <param name="Id">The provider's id of the message: the same when it is delivered again.</param>
/// <param name="News">What it says of a subscription; null: nothing, and the message is ignored.</param>
public sealed record PaymentEvent(string Id, SubscriptionNews? News);

public enum SubscriptionState
{
    /// <summary>Paid until <see cref="SubscriptionNews.ExpiresAt"/>.</summary>
    Paid,
    /// <summary>Bought; until when it is paid is not said.</summary>
    Bought,
    Over,
}

/// <param name="User">Whose it is; null: not said.</param>
/// <param name="AsOf">When this was so, by the provider's clock.</param>
public sealed record SubscriptionNews(SubscriptionState State, string Subscription, string? User, string? Plan, DateTimeOffset? ExpiresAt, DateTimeOffset AsOf);

/// <summary>Reads what all providers' messages have.</summary>
internal static class PaymentFields
{
    /// <summary>An id that a provider made: 1 to 255 printable characters.</summary>
    public static string ProvidersId(this JsonValue json, string member, string at = "") => json.RequiredText(member, at) is { Length: > 0 and <= 255 } id && id.All(c => c is > ' ' and <= '~')
        ? id : throw ContentBody.Invalid($"{member} has 1 to 255 printable characters.", $"{at}/{member}");

    public static string UserId(string user, string pointer) => Names.IsUserId(user) && !Caller.IsReserved(user)
        ? user : throw Administering.InvalidName("A user's id has 1 to 255 characters and no control characters.", pointer);
}
