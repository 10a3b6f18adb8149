using System.Globalization;
using System.Net;
using System.Text;
using PropsDb.Events.Values;
using PropsDb.Host.Changes;
using PropsDb.Host.Webhooks;

namespace PropsDb.Host.Ops;

/// <summary>A setting is missing or makes no sense: the service does not start (exit code 2).</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>What the operator has set, read once at the start. Every name is under <c>PROPSDB</c>, in any of .NET's configuration sources.</summary>
public sealed record Settings
{
    public string? ConnectionString { get; init; }
    public string? OwnerConnectionString { get; init; }
    public bool IsCluster { get; init; }
    public required string DataDirectory { get; init; }
    public string? PostgresBinDirectory { get; init; }
    public string App { get; init; } = "default";
    public string? JwtSecret { get; init; }
    public string? Authority { get; init; }
    public string? JwksUrl { get; init; }
    public string? Issuer { get; init; }
    public string? Audience { get; init; }
    public string? Domain { get; init; }
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];
    public Limits Limits { get; init; } = Limits.Default;
    public RateLimits RateLimits { get; init; } = new();
    public LiveLimits Live { get; init; } = new();

    /// <summary>How long one statement of a search, a query or an aggregate may take.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much of memory documents in use may take, about.</summary>
    public long CacheBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>How long answers are kept for repetitions of their requests.</summary>
    public TimeSpan IdempotencyRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How old the first commit after a position may be for the feed to be told from there; null: of any age.</summary>
    public TimeSpan? FeedRetention { get; init; }
    public WebhookSettings Webhooks { get; init; } = new();

    /// <summary>The routes of Jam Build's data service are there.</summary>
    public bool IsLegacyEnabled { get; init; } = true;

    /// <summary>An Authorizer whose sessions are good on those routes, and under which id the service is known to it.</summary>
    public string? AuthorizerUrl { get; init; }
    public string? AuthorizerClientId { get; init; }

    public int? MetricsPort { get; init; }
    public string MetricsAddress { get; init; } = "127.0.0.1";

    /// <summary>Addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Tokens are checked against keys that somebody else publishes.</summary>
    public bool HasOwnIssuer => Authority is not null || JwksUrl is not null;

    /// <summary>The app that a host of the form <c>{app}.{domain}</c> names.</summary>
    public string? AppOfHost(string host) =>
        Domain is not null && host.EndsWith("." + Domain, StringComparison.OrdinalIgnoreCase) && host[..^(Domain.Length + 1)].ToLowerInvariant() is var app && Names.IsAppId(app) ? app : null;

    public static Settings Read(IConfiguration configuration)
    {
        var values = configuration.GetSection("PROPSDB");
        var settings = new Settings
        {
            ConnectionString = Text("CONNECTIONSTRING"),
            OwnerConnectionString = Text("OWNERCONNECTIONSTRING"),
            IsCluster = Flag("CLUSTER", false),
            DataDirectory = Path.GetFullPath(Text("DATA") ?? DefaultDataDirectory()),
            PostgresBinDirectory = Text("POSTGRES:BINDIR"),
            App = Text("APP") ?? "default",
            JwtSecret = Text("AUTH:JWTSECRET"),
            Authority = Text("AUTH:AUTHORITY"),
            JwksUrl = Text("AUTH:JWKSURL"),
            Issuer = Text("AUTH:ISSUER"),
            Audience = Text("AUTH:AUDIENCE"),
            Domain = Text("DOMAIN"),
            CorsOrigins = List("CORS:ORIGINS"),
            TrustedProxies = List("TRUSTEDPROXIES"),
            IdempotencyRetention = TimeSpan.FromHours(Math.Max(24, Number("IDEMPOTENCY:HOURS", 24))),
            FeedRetention = Text("FEED:RETENTION") is null ? null : Duration("FEED:RETENTION", default),
            Webhooks = new WebhookSettings
            {
                Allow = Networks("WEBHOOKS:ALLOW"),
                Timeout = Duration("WEBHOOKS:TIMEOUT", WebhookSettings.DefaultTimeout),
                GiveUpAfter = Duration("WEBHOOKS:GIVEUPAFTER", WebhookSettings.DefaultGiveUpAfter),
            },
            CacheBytes = Number("CACHE:BYTES", 128 * 1024 * 1024),
            IsLegacyEnabled = Flag("LEGACY:ENABLED", true),
            // These two are named as Jam Build's own service names them.
            AuthorizerUrl = configuration["AUTHZ_URL"] is { Length: > 0 } url ? url : null,
            AuthorizerClientId = configuration["AUTHZ_CLIENT_ID"] is { Length: > 0 } client ? client : null,
            MetricsPort = Text("METRICS:PORT") is null ? null : Number("METRICS:PORT", 0),
            MetricsAddress = Text("METRICS:ADDRESS") ?? "127.0.0.1",
            Limits = new Limits
            {
                MaxRequestBytes = Number("LIMITS:REQUESTBYTES", Limits.Default.MaxRequestBytes),
                MaxDocumentBytes = Number("LIMITS:DOCUMENTBYTES", Limits.Default.MaxDocumentBytes),
                MaxValueDepth = Number("LIMITS:VALUEDEPTH", Limits.Default.MaxValueDepth),
                MaxValueElements = Number("LIMITS:VALUEELEMENTS", Limits.Default.MaxValueElements),
                MaxProperties = Number("LIMITS:PROPERTIES", Limits.Default.MaxProperties),
                MaxOperations = Number("LIMITS:OPERATIONS", Limits.Default.MaxOperations),
                MaxShares = Number("LIMITS:SHARES", Limits.Default.MaxShares),
            },
            Live = new LiveLimits(Number("LIMITS:SUBSCRIPTIONS", 200), Number("LIMITS:CONNECTIONSPERUSER", 20), Number("LIMITS:CONNECTIONSPERAPP", 2_000)),
            QueryTimeout = TimeSpan.FromMilliseconds(Number("LIMITS:QUERYMILLISECONDS", 2_000)),
            RateLimits = new RateLimits(Number("RATELIMITS:APP", 0), Number("RATELIMITS:USER", 0), Number("RATELIMITS:KEY", 0), Number("RATELIMITS:FAILEDAUTH", 0)),
        };
        return settings.Checked();

        string? Text(string name) => values[name] is { Length: > 0 } text ? text : null;

        string[] List(string name) => (Text(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        bool Flag(string name, bool otherwise) => Text(name) is not { } text ? otherwise : bool.TryParse(text, out var flag) ? flag
            : throw new SettingsException($"{Variable(name)} is '{text}', and neither true nor false.");

        TimeSpan Duration(string name, TimeSpan otherwise) => Text(name) is not { } text ? otherwise
            : Durations.Parse(text) ?? throw new SettingsException($"{Variable(name)} is '{text}', and no duration such as 7d, 12h, 30m or 10s.");

        IPNetwork[] Networks(string name) => [.. List(name).Select(text => IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new SettingsException($"{Variable(name)} has '{text}', and that is neither an address nor a network such as 10.0.0.0/8."))];

        int Number(string name, int otherwise) => Text(name) is not { } text ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new SettingsException($"{Variable(name)} is '{text}', and no whole number.");
    }

    private static string Variable(string name) => "PROPSDB__" + name.Replace(":", "__", StringComparison.Ordinal);

    private Settings Checked()
    {
        if (!Names.IsAppId(App)) throw new SettingsException($"PROPSDB__APP is '{App}', and no app's id: [a-z][a-z0-9-]{{0,49}}, not api, app, user or shared.");
        if (JwtSecret is not null && Encoding.UTF8.GetByteCount(JwtSecret) < 32) throw new SettingsException("PROPSDB__AUTH__JWTSECRET has fewer than 32 bytes.");
        if (JwtSecret is not null && HasOwnIssuer) throw new SettingsException("PROPSDB__AUTH__JWTSECRET and PROPSDB__AUTH__AUTHORITY or PROPSDB__AUTH__JWKSURL exclude each other.");
        if (Authority is not null && JwksUrl is not null) throw new SettingsException("PROPSDB__AUTH__AUTHORITY and PROPSDB__AUTH__JWKSURL exclude each other.");
        foreach (var (name, url) in new[] { ("AUTH__AUTHORITY", Authority), ("AUTH__JWKSURL", JwksUrl) })
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback)))
                throw new SettingsException($"PROPSDB__{name} is '{url}', and no https URL.");
        if (AuthorizerUrl is not null && !(Uri.TryCreate(AuthorizerUrl, UriKind.Absolute, out var authorizer) && authorizer.Scheme is "http" or "https"))
            throw new SettingsException($"AUTHZ_URL is '{AuthorizerUrl}', and no http or https URL.");
        if (AuthorizerUrl is not null && AuthorizerClientId is null) throw new SettingsException("AUTHZ_URL needs AUTHZ_CLIENT_ID.");
        if (HasOwnIssuer && Audience is null) throw new SettingsException("PROPSDB__AUTH__AUDIENCE is missing: without it a token meant for another service would be good here.");
        if (OwnerConnectionString is not null && ConnectionString is null) throw new SettingsException("PROPSDB__OWNERCONNECTIONSTRING needs PROPSDB__CONNECTIONSTRING.");
        foreach (var origin in CorsOrigins)
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || !string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase))
                throw new SettingsException($"PROPSDB__CORS__ORIGINS has '{origin}', and that is no origin such as https://app.example.com.");
        foreach (var proxy in TrustedProxies)
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
                throw new SettingsException($"PROPSDB__TRUSTEDPROXIES has '{proxy}', and that is neither an address nor a network such as 10.0.0.0/8.");
        if (Webhooks.Timeout > WebhookSettings.LongestTimeout) throw new SettingsException($"PROPSDB__WEBHOOKS__TIMEOUT is more than {WebhookSettings.LongestTimeout.TotalSeconds:0}s.");
        if (QueryTimeout <= TimeSpan.Zero) throw new SettingsException("PROPSDB__LIMITS__QUERYMILLISECONDS is 0, and a query takes some time.");
        if (MetricsPort is < 1 or > 65535) throw new SettingsException($"PROPSDB__METRICS__PORT is '{MetricsPort}', and no port.");
        if (!IPAddress.TryParse(MetricsAddress, out _)) throw new SettingsException($"PROPSDB__METRICS__ADDRESS is '{MetricsAddress}', and no address.");
        return this;
    }

    private static string DefaultDataDirectory() => Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()
        ? "/var/lib/propsdb"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "propsdb");
}

/// <summary>Requests a second for each app, user and key, and refused credentials a second for each source address; 0: no limit.</summary>
public sealed record RateLimits(int PerApp = 0, int PerUser = 0, int PerKey = 0, int FailedPerSource = 0);
