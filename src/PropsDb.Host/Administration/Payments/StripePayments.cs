using System.Globalization;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Administration.Payments;

/// <summary>
/// Stripe's events about subscriptions (https://docs.stripe.com/api/events/types). Whose a subscription is stands in its metadata, or in
/// the Checkout Session that it was bought in.
/// </summary>
public static class StripePayments
{
    private const string At = "/data/object";

    public static PaymentEvent Read(JsonValue body)
    {
        var (id, type, asOf) = (body.ProvidersId("id"), body.RequiredText("type"), Seconds(body, "created", "") ?? throw ContentBody.Invalid("created is missing.", "/created"));
        if (body.Member("data")?.Member("object") is not { Kind: JsonKind.Object } json) throw ContentBody.Invalid("The event has no object.", At);
        return new(id, type switch
        {
            "checkout.session.completed" => OfCheckout(json, asOf),
            "customer.subscription.deleted" => OfSubscription(json, asOf, isDeleted: true),
            _ when type.StartsWith("customer.subscription.", StringComparison.Ordinal) => OfSubscription(json, asOf, isDeleted: false),
            _ => null,
        });
    }

    private static SubscriptionNews? OfSubscription(JsonValue json, DateTimeOffset asOf, bool isDeleted)
    {
        if (json.Text("object", At) is not "subscription") return null;
        var (id, user, plan) = (json.ProvidersId("id", At), Metadata(json, "user_id"), Metadata(json, "plan") ?? LookupKey(json));
        switch (isDeleted ? "canceled" : json.RequiredText("status", At))
        {
            case "active" or "trialing" or "past_due":
                var until = Seconds(json, "current_period_end", At) ?? Items(json).Select(i => Seconds(i, "current_period_end", At + "/items/data")).Max();
                return new(SubscriptionState.Paid, id, user, plan ?? throw ContentBody.Invalid("Neither metadata.plan nor a price's lookup_key names the plan.", At + "/metadata/plan"),
                    until ?? throw ContentBody.Invalid("current_period_end is missing.", At + "/items/data"), asOf);
            case "canceled" or "unpaid" or "incomplete_expired" or "paused":
                return new(SubscriptionState.Over, id, user, plan, null, asOf);
            default:
                // Not paid for the first time yet.
                return null;
        }
    }

    private static SubscriptionNews? OfCheckout(JsonValue json, DateTimeOffset asOf)
    {
        if (json.Text("mode", At) is not "subscription" || json.Text("payment_status", At) is not ("paid" or "no_payment_required")) return null;
        if ((Metadata(json, "user_id") ?? json.Text("client_reference_id", At)) is not { } user || Metadata(json, "plan") is not { } plan) return null;
        return new(SubscriptionState.Bought, json.ProvidersId("subscription", At), user, plan, null, asOf);
    }

    private static string? Metadata(JsonValue json, string name) => json.Member("metadata") is { Kind: JsonKind.Object } metadata ? metadata.Text(name, At + "/metadata") : null;

    private static string? LookupKey(JsonValue json) => Items(json)
        .Select(i => i.Member("price") is { Kind: JsonKind.Object } price ? price.Text("lookup_key", At + "/items/data/price") : null).FirstOrDefault(k => k is not null);

    private static IEnumerable<JsonValue> Items(JsonValue json) =>
        json.Member("items") is { Kind: JsonKind.Object } items && items.Member("data") is { Kind: JsonKind.Array } list ? list.Items.Where(i => i.Kind == JsonKind.Object) : [];

    private static DateTimeOffset? Seconds(JsonValue json, string member, string at) => json.Member(member) switch
    {
        null or { Kind: JsonKind.Null } => null,
        { Kind: JsonKind.Number } number when long.TryParse(number.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            => DateTimeOffset.FromUnixTimeSeconds(seconds),
        _ => throw ContentBody.Invalid($"{member} is a time in seconds since 1970.", $"{at}/{member}"),
    };
}
