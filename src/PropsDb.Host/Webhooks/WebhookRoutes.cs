using System.Security.Cryptography;
using System.Text;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Administration;
using PropsDb.Host.Changes;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;
using PropsDb.Projections.Webhooks;

namespace PropsDb.Host.Webhooks;

/// <summary>An app's webhooks: where its changes are posted to, how far that has come, and what has failed.</summary>
public static class WebhookRoutes
{
    private const int SecretBytes = 40;
    private const int MaxFailures = 100;
    private static readonly TimeSpan PreviousLasts = TimeSpan.FromHours(24);

    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_webhooks", "GET", "Lists an app's webhooks, and how they are doing.", List, true),
        new("_webhooks/{webhook}", "PUT", "Has the app's changes posted to a URL. The signing secret is shown here and never again.", Define, true, Documents.Route.Json),
        new("_webhooks/{webhook}", "GET", "Tells how far a webhook has come, and what has failed.", Get, true),
        new("_webhooks/{webhook}", "DELETE", "Ends a webhook. What waits is not delivered.", request => request.Administer(new RemoveWebhook(Name(request)), Administering.NoContent, null), true),
        new("_webhooks/{webhook}/_replay", "POST", "Delivers everything after a position, whether it was delivered before or not.", Replay, true, Documents.Route.Json),
        new("_webhooks/{webhook}/_rotate", "POST", "Makes a new signing secret, which is shown here and never again.", Rotate, true, Documents.Route.Json) { IsBodyOptional = true },
    ];

    private static async Task List(AppRequest request)
    {
        var states = new List<(Webhook Webhook, WebhookState State)>();
        foreach (var webhook in request.App.Webhooks.Values.OrderBy(w => w.Name, StringComparer.Ordinal))
            states.Add((webhook, await request.Service<WebhookStates>().Of(new AppWebhook(request.App.Id, webhook), request.Cancel)));
        await request.Send(writer =>
        {
            writer.WriteStartArray("webhooks");
            foreach (var (webhook, state) in states)
            {
                writer.WriteStartObject();
                writer.Write(webhook);
                writer.Write(webhook, state, request.App.Id, request.Service<Seal>());
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static async Task Get(AppRequest request)
    {
        var webhook = request.App.Webhooks.GetValueOrDefault(Name(request)) ?? throw new ProblemException(Problem.NotFound());
        var (of, states, seal) = (new AppWebhook(request.App.Id, webhook), request.Service<WebhookStates>(), request.Service<Seal>());
        var (state, failures) = (await states.Of(of, request.Cancel), await states.Failures(of, MaxFailures, request.Cancel));
        await request.Send(writer =>
        {
            writer.Write(webhook);
            writer.Write(webhook, state, of.App, seal);
            writer.Write(webhook, failures, of.App, seal);
        });
    }

    private static async Task Define(AppRequest request)
    {
        var (name, json) = (Name(request), request.Object);
        var url = json.RequiredText("url");
        if (request.Service<Destinations>().Fault(url) is { } fault) throw ContentBody.Invalid(fault, "/url");
        var (tier, document) = (json.Text("tier"), json.Text("document"));
        if (tier is not null && !Names.IsTier(tier)) throw Administering.InvalidName("This is no tier's name.", "/tier");
        if (document is not null && Names.DocumentFault(document) is { } documentFault) throw Administering.InvalidName(documentFault, "/document");
        if (document is not null && tier is null) throw ContentBody.Invalid("document needs tier.", "/document");
        var from = await From(request, json.Text("from"));
        var (secret, seal) = (Secret(request, name), request.Service<Seal>());
        var defined = new WebhookDefined(name, url, tier, document, seal.Protect(Encoding.ASCII.GetBytes(secret)), Hash(secret), from);
        // Whoever repeats the request that made the webhook, having lost the answer, is answered the same again.
        bool IsMade(App app) => app.Webhooks[name].Secret.Hash == defined.Hash;
        await request.Administer(request.App.Id, new DefineWebhook(defined), (_, app) => IsMade(app) ? 201 : 200, (writer, app) =>
        {
            writer.Write(app.Webhooks[name]);
            if (IsMade(app) && !request.Query.Flag("dry_run")) writer.WriteString("secret", secret);
        }, keeps: false);
    }

    private static async Task Replay(AppRequest request)
    {
        var name = Name(request);
        var from = await From(request, request.Object.RequiredText("from"));
        await request.Administer(new ReplayWebhook(name, from), (_, _) => 200, (writer, app) =>
        {
            writer.Write(app.Webhooks[name]);
            writer.WriteString("position", from);
        });
    }

    private static Task Rotate(AppRequest request)
    {
        var (name, seal) = (Name(request), request.Service<Seal>());
        var secret = Secret(request, name);
        var until = request.Body?.Kind == JsonKind.Object ? request.Body.Time("previous_expires_at") : request.Body is null ? null : throw ContentBody.Invalid("The body is a JSON object.", "");
        var rotated = new WebhookSecretRotated(name, seal.Protect(Encoding.ASCII.GetBytes(secret)), Hash(secret), until ?? request.Service<TimeProvider>().GetUtcNow() + PreviousLasts);
        return request.Administer(request.App.Id, new RotateWebhookSecret(rotated), (_, _) => 200, (writer, app) =>
        {
            writer.Write(app.Webhooks[name]);
            if (app.Webhooks[name].Secret.Hash == rotated.Hash && !request.Query.Flag("dry_run")) writer.WriteString("secret", secret);
        }, keeps: false);
    }

    private static string Name(AppRequest request) =>
        Names.IsWebhook(request.Named["webhook"]) ? request.Named["webhook"] : throw Administering.InvalidName("A webhook's name matches [a-z][a-z0-9-]{0,49}.");

    /// <summary>The position as it is given, null: now, empty: the beginning.</summary>
    private static async Task<string> From(AppRequest request, string? from)
    {
        var seal = request.Service<Seal>();
        var position = from is null ? await request.Service<ChangeReader>().Head(request.Cancel) : await Positions.Parse(request.Http, request.App.Id, from);
        return seal.Position(request.App.Id, position);
    }

    // An answer that is kept would be a secret that is kept. A repetition makes the same secret again instead.
    private static string Secret(AppRequest request, string name) => Signature.SecretPrefix + Convert.ToHexStringLower(request.Http.Features.Get<IdempotentRequest>() is { } keyed
        ? request.Service<Seal>().Derive($"webhook\n{keyed.App}\n{name}\n{keyed.Caller}\n{keyed.Key}")
        : RandomNumberGenerator.GetBytes(SecretBytes));

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
