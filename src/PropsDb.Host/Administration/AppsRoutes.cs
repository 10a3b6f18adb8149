using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>The apps of the service: everyone sees their own, the service's administrators register and close them.</summary>
public static class AppsRoutes
{
    private const int MaxNameLength = 255;
    private const int MinSecretBytes = 32;

    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_apps", "GET", "Lists the apps that the caller belongs to.", List),
        new("_apps", "POST", "Registers an app.", Register, false, Documents.Route.Json) { ServiceAdminOnly = true },
        new("_apps/{app}", "PATCH", "Renames an app, changes its issuer or its payment providers, opens it again.", Change, false, Documents.Route.Json, "application/merge-patch+json") { ServiceAdminOnly = true },
        new("_apps/{app}", "DELETE", "Closes an app to everyone; its data stays.", Deactivate) { ServiceAdminOnly = true },
    ];

    private static Task List(AppRequest request)
    {
        var (caller, now) = (request.Caller, request.Http.Now());
        var apps = request.Service<AppDirectory>().All.Where(a => a.StreamVersion > 0 && (caller.IsServiceAdmin || (a.IsActive && caller.BelongsTo(a.Id) && a.User(caller.UserId!).IsActive)));
        return request.Send(writer =>
        {
            writer.WriteStartArray("apps");
            foreach (var app in apps.OrderBy(a => a.Id, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                Write(writer, app, caller.In(app, now), now);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static async Task Register(AppRequest request)
    {
        var id = request.Object.RequiredText("id");
        if (!Names.IsAppId(id)) throw Administering.InvalidName("An app's id matches [a-z][a-z0-9-]{0,49} and is not api, app, user or shared.", "/id");
        var tiers = request.Object.Texts("default_tiers") ?? ["app", "user", "shared"];
        if (tiers.FirstOrDefault(t => RegisterApp.DefaultTiers.All(d => d.Tier != t)) is { } unknown)
            throw ContentBody.Invalid($"default_tiers names some of app, user and shared, and not {JsonPointer.Shown(unknown)}.", "/default_tiers");
        await request.Administer(id, new RegisterApp(Name(request.Object) ?? id, [.. tiers]), (_, _) => 201, Body(request), $"/api/v1/_apps/{id}");
    }

    private static Task Change(AppRequest request)
    {
        var json = request.Object;
        return request.Administer(new UpdateApp
        {
            Name = Name(json),
            IsActive = json.Flag("is_active"),
            ChangesIssuer = json.Member("auth") is not null,
            Issuer = Issuer(json.Member("auth"), request.Service<Seal>()),
            PaymentSecrets = Payments(json.Member("payments"), request.Service<Seal>()),
        }, (_, _) => 200, Body(request));
    }

    private static Task Deactivate(AppRequest request) => request.Administer(new UpdateApp { IsActive = false }, Administering.NoContent, null);

    private static string? Name(JsonValue json) => json.KeptText("name") switch
    {
        null => null,
        { Length: > 0 and <= MaxNameLength } name => name,
        _ => throw ContentBody.Invalid($"name has 1 to {MaxNameLength} characters.", "/name"),
    };

    private static Issuer? Issuer(JsonValue? json, Seal seal)
    {
        if (json is null or { Kind: JsonKind.Null }) return null;
        if (json.Kind != JsonKind.Object) throw ContentBody.Invalid("auth is an object or null.", "/auth");
        var (authority, jwksUrl, secret) = (Url(json, "authority"), Url(json, "jwks_url"), json.Text("secret", "/auth"));
        if (new[] { authority, jwksUrl, secret }.Count(v => v is not null) != 1) throw ContentBody.Invalid("auth has one of authority, jwks_url and secret.", "/auth");
        if (secret is not null && Encoding.UTF8.GetByteCount(secret) < MinSecretBytes) throw ContentBody.Invalid($"secret has at least {MinSecretBytes} bytes.", "/auth/secret");
        return new Issuer(authority, jwksUrl, secret is null ? null : seal.Protect(Encoding.UTF8.GetBytes(secret)), json.KeptText("issuer", "/auth"), json.KeptText("audience", "/auth"));
    }

    private static string? Url(JsonValue json, string member) => json.KeptText(member, "/auth") switch
    {
        null => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.IsLoopback && uri.Scheme == Uri.UriSchemeHttp)) => text,
        _ => throw ContentBody.Invalid($"{member} is an https URL.", $"/auth/{member}"),
    };

    private static ImmutableDictionary<string, string?> Payments(JsonValue? json, Seal seal)
    {
        if (json is null or { Kind: JsonKind.Null }) return ImmutableDictionary<string, string?>.Empty;
        if (json.Kind != JsonKind.Object) throw ContentBody.Invalid("payments is an object by provider.", "/payments");
        return json.Members.ToImmutableDictionary(m => m.Name, m =>
        {
            var at = $"/payments/{JsonPointer.Escape(m.Name)}";
            if (m.Name is not ("stripe" or "generic")) throw ContentBody.Invalid("The providers are stripe and generic.", at);
            if (m.Value.Kind == JsonKind.Null) return null;
            if (m.Value.Kind != JsonKind.Object) throw ContentBody.Invalid("A provider is an object with its secret, or null.", at);
            return seal.Protect(Encoding.UTF8.GetBytes(m.Value.RequiredText("secret", at)));
        });
    }

    private static Action<Utf8JsonWriter, App> Body(AppRequest request) => (writer, app) => Write(writer, app, request.Caller, request.Http.Now());

    private static void Write(Utf8JsonWriter writer, App app, Caller caller, DateTimeOffset now)
    {
        writer.WriteString("id", app.Id);
        writer.WriteString("name", app.Name);
        writer.WriteBoolean("is_active", app.IsActive);
        writer.WriteStartArray("accessible_tiers");
        foreach (var tier in AccessibleTiers(app, caller, now)) writer.WriteStringValue(tier.Name);
        writer.WriteEndArray();
        if (!caller.IsServiceAdmin) return;
        if (app.Issuer is not { } issuer) writer.WriteNull("auth");
        else
        {
            writer.WriteStartObject("auth");
            writer.WriteString("authority", issuer.Authority);
            writer.WriteString("jwks_url", issuer.JwksUrl);
            writer.WriteBoolean("has_secret", issuer.SealedSecret is not null);
            writer.WriteString("issuer", issuer.Name);
            writer.WriteString("audience", issuer.Audience);
            writer.WriteEndObject();
        }
        writer.WriteStartArray("payments");
        foreach (var provider in app.PaymentSecrets.Keys.Order(StringComparer.Ordinal)) writer.WriteStringValue(provider);
        writer.WriteEndArray();
    }

    /// <summary>The tiers that a caller may read something of.</summary>
    public static IEnumerable<Tier> AccessibleTiers(App app, Caller caller, DateTimeOffset now) => app.Tiers.Values.OrderBy(t => t.Name, StringComparer.Ordinal)
        .Where(t => AccessPolicy.Allows(caller, DocumentAction.Read, new AccessTarget(app.Id, app, t.Name), now).IsAllowed);
}
