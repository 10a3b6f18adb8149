using System.Security.Cryptography;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Host.Access;
using PropsDb.Host.Administration.Payments;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>
/// Takes what payment providers say of subscriptions. The signature over the body's very bytes is the credential: until it is found good,
/// no answer depends on what there is, nor does the body mean anything.
/// </summary>
public static class PaymentRoute
{
    public static AppRoute Route { get; } =
        new("_payments/{provider}", "POST", "Takes a payment provider's message about a subscription, signed with the app's secret for it.", Handle, false, Documents.Route.Json) { ReadsBodyItself = true };

    // For the messages of a subscription that was bought a moment ago.
    private static readonly TimeSpan UntilToldMore = TimeSpan.FromDays(1);

    // Nobody has it, so it stands in where an app has none, and is worked with as long.
    private static readonly byte[] NoSecret = RandomNumberGenerator.GetBytes(32);

    private static async Task Handle(AppRequest request)
    {
        var (provider, now) = (request.Named["provider"], request.Http.Now());
        var header = request.Http.Request.Headers[provider is "stripe" ? "Stripe-Signature" : "X-PropsDb-Signature"];
        var body = await Bodies.ReadBytes(request.Http.Request, request.Limits);
        var app = request.Admission.App;
        var secret = app?.PaymentSecrets.GetValueOrDefault(provider) is { } sealedSecret ? request.Service<Seal>().Open(sealedSecret) : null;
        if (PaymentSignature.Parse(header) is not { } signature || !signature.IsOf(body, secret ?? NoSecret, now) || secret is null) throw Unsigned();

        var json = request with { Body = Bodies.Parse(body, request.Limits) };
        var message = provider is "stripe" ? StripePayments.Read(json.Object) : GenericPayments.Read(json.Object, signature.At);
        var by = Caller.PaymentsPrefix + provider;
        if (await request.Service<Receipts>().Find(app!.Id, by, message.Id, request.Cancel) is { } receipt)
        {
            await Idempotency.Send(request.Http, receipt);
            return;
        }
        if (message.News is not { } news || Operation(app, news, provider, now) is not { } operation)
        {
            await Answer(message, "ignored").Send(request.Http);
            return;
        }
        var fingerprint = SHA256.HashData(body);
        Receipt Kept(AppOutcome outcome) => new(app.Id, by, message.Id, fingerprint, 200, null, null, Answer(message, ResultOf(outcome)).Body.ToArray());
        var outcome = await request.Service<AppStreams>().Transact(app.Id, operation, new Author(by, null, RequestIds.Of(request.Http)), request.Cancel, Kept);
        if (outcome.Rejection is { } rejection) throw new ProblemException(Replies.Of(rejection));
        if (outcome.Events.Count == 0) await request.Service<Receipts>().Keep(Kept(outcome), now, request.Cancel);
        await Answer(message, ResultOf(outcome)).Send(request.Http);
    }

    private static string ResultOf(AppOutcome outcome) => outcome.Events.Count > 0 ? "applied" : "unchanged";

    // Null: it is the end of a subscription that never was anybody's here.
    private static PaymentOperation? Operation(App app, SubscriptionNews news, string provider, DateTimeOffset now)
    {
        if (news.AsOf > now + PaymentSignature.Tolerance) throw ContentBody.Invalid("The message is of a time that has not come yet.", "");
        var plan = news.Plan is { } named ? RoleRoutes.Plan(named, "/plan") : null;
        // It stays the user's for whom it began.
        var user = app.SubscriberOf(news.Subscription) ?? (news.User is { } id ? PaymentFields.UserId(id, "/user_id") : null);
        if (user is null && news.State == SubscriptionState.Over) return null;
        // A provider delivers again what is refused, and by then the message that says it may have come.
        if (user is null) throw new ProblemException(Problem.NotFound("Whose subscription this is has not been said: metadata.user_id is missing."));
        return news.State switch
        {
            SubscriptionState.Over => new FollowEnd(user, news.Subscription, plan, provider, news.AsOf),
            SubscriptionState.Bought => new FollowCheckout(user, news.Subscription, plan!, news.AsOf + UntilToldMore, provider),
            _ => new FollowSubscription(user, news.Subscription, plan!, news.ExpiresAt!.Value, provider, news.AsOf),
        };
    }

    private static Reply Answer(PaymentEvent message, string result) => new(200, null, null, Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", message.Id);
        writer.WriteString("result", result);
        writer.WriteEndObject();
    }));

    private static ProblemException Unsigned() => new(new Problem("unauthenticated", "The message is not signed with a secret that this app has for this provider, or not of late."));
}
