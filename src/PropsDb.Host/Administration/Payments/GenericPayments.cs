using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Administration.Payments;

/// <summary>Messages of a form of our own, for any other provider: an adapter of a few lines translates into it.</summary>
public static class GenericPayments
{
    /// <param name="signedAt">What the message says is so as of then, where it does not say itself.</param>
    public static PaymentEvent Read(JsonValue body, DateTimeOffset signedAt)
    {
        var id = body.ProvidersId("id");
        var isOver = body.RequiredText("type") switch
        {
            "subscription.started" or "subscription.renewed" => false,
            "subscription.ended" => true,
            _ => (bool?)null,
        };
        if (isOver is not { } over) return new(id, null);
        var (subscription, user, asOf) = (body.ProvidersId("subscription_id"), body.RequiredText("user_id"), body.Time("at") ?? signedAt);
        return new(id, over
            ? new(SubscriptionState.Over, subscription, user, body.Text("plan"), null, asOf)
            : new(SubscriptionState.Paid, subscription, user, body.RequiredText("plan"), body.Time("expires_at") ?? throw ContentBody.Invalid("expires_at is missing.", "/expires_at"), asOf));
    }
}
